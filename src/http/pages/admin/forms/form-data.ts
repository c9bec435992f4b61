/** What forms say, as the shop's services take it. What does not fit is passed on as it was typed. */
import type { Values } from '../../../wire/form.ts';
import type { View } from '../../layout.tsx';
import { minorOf } from '../../money.ts';
import { secondsIn } from './duration-field.tsx';
import { timeIn } from './time-field.tsx';

export function itemInput({ stock, ...values }: Values, view: View) {
  return { ...changesInput(values, view), stock: integerOf(stock) };
}

export function changesInput({ title, description, price, imageUrl, ...rest }: Values, view: View) {
  return {
    title,
    description,
    price: priceOf(price, view),
    imageUrl: imageUrl?.trim() || null,
    limitPerUser: unlessLeftOut(rest.limitPerUser, integerOf),
    normalSale: rest.normalSale === 'on',
    hidden: rest.hidden === 'on',
  };
}

/** The step of a sale that says when it is, and for how much. */
export function whenInput(values: Values, view: View) {
  return {
    name: values.name,
    price: priceOf(values.price, view),
    startAt: timeIn(values, 'startAt', view),
    endAt: timeIn(values, 'endAt', view),
    limitPerUser: integerOf(values.limitPerUser),
    payWindowSeconds: secondsIn(values, 'payWindow'),
  };
}

/** The step of a sale that says who gets in. */
export function whoInput(values: Values, view: View) {
  const opensAt = values.queue === 'draw' ? timeIn(values, 'queueOpenAt', view) : '';
  return {
    queue: values.queue,
    // Only a draw has one.
    queueOpenAt: opensAt === '' ? null : opensAt,
    gateFactor: integerOf(values.gateFactor),
    admitSeconds: secondsIn(values, 'admit'),
    captcha: values.captcha === 'on',
  };
}

export function extensionInput(values: Values, view: View) {
  return { endAt: timeIn(values, 'endAt', view) };
}

export function deliveryInput({ units, key }: Values) {
  return { units: integerOf(units), key };
}

/** The form's field that a field of the input comes from. */
export function formFieldOf(inputField: string): string {
  return inputField.replace(/^(payWindow|admit)Seconds$/, '$1');
}

/** What a form does not have at all has the default of the API. */
function unlessLeftOut<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

function integerOf(text = ''): number | string {
  return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : text;
}

/** An amount in minor units of the shop's currency; what is none, as it was typed. */
function priceOf(text = '', { currency }: View): number | string {
  return minorOf(text, currency) ?? text;
}
