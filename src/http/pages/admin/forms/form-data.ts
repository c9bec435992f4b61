/** What forms say, as the shop's services take it. What does not fit is passed on as it was typed. */
import type { Values } from '../../../wire/form.ts';

export function itemInput({ stock, ...values }: Values) {
  return { ...changesInput(values), stock: integerOf(stock) };
}

export function changesInput({ title, description, price, imageUrl, ...rest }: Values) {
  return {
    title,
    description,
    price: minorOf(price),
    imageUrl: imageUrl?.trim() || null,
    limitPerUser: unlessLeftOut(rest.limitPerUser, integerOf),
    normalSale: rest.normalSale === 'on',
    hidden: rest.hidden === 'on',
  };
}

export function promoInput(itemId: number, values: Values) {
  return {
    itemId,
    name: values.name,
    price: minorOf(values.price),
    startAt: utcOf(values.startAt),
    endAt: utcOf(values.endAt),
    limitPerUser: integerOf(values.limitPerUser),
    gateFactor: integerOf(values.gateFactor),
    payWindowSeconds: secondsOf(values.payWindowMinutes),
    admitSeconds: unlessLeftOut(values.admitMinutes, secondsOf),
    captcha: values.captcha === 'on',
    queue: values.queue,
    // Only a draw has one.
    queueOpenAt:
      values.queue === 'draw' ? unlessLeftOut(values.queueOpenAt || undefined, utcOf) : undefined,
  };
}

export function extensionInput({ endAt }: Values) {
  return { endAt: utcOf(endAt) };
}

export function deliveryInput({ units, key }: Values) {
  return { units: integerOf(units), key };
}

/** The form's field that a field of the input comes from. */
export function formFieldOf(inputField: string): string {
  return inputField.replace(/^(payWindow|admit)Seconds$/, '$1Minutes');
}

/** What a form does not have at all has the default of the API. */
function unlessLeftOut<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

function secondsOf(text?: string): number | string {
  const minutes = integerOf(text);
  return typeof minutes === 'number' ? minutes * 60 : minutes;
}

function integerOf(text = ''): number | string {
  return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : text;
}

/** An amount of currency in minor units: `89.9` is 8990. */
function minorOf(text = ''): number | string {
  const match = /^\s*(\d{1,13})(?:\.(\d{1,2}))?\s*$/.exec(text);
  if (match === null) return text;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** The value of a date and time field, which has no zone, as a time in UTC. */
function utcOf(text = ''): string {
  return /T\d\d:\d\d$/.test(text) ? `${text}:00Z` : `${text}Z`;
}
