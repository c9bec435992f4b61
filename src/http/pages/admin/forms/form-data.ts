/** What forms say, as the shop's services take it. What does not fit is passed on as it was typed. */
import type { Values } from '../../../wire/form.ts';

export function itemInput({ title, description, price, stock, imageUrl }: Values) {
  return {
    title,
    description,
    price: minorOf(price),
    stock: integerOf(stock),
    imageUrl: imageUrl?.trim() || null,
  };
}

export function promoInput(itemId: number, values: Values) {
  const minutes = integerOf(values.payWindowMinutes);
  return {
    itemId,
    name: values.name,
    price: minorOf(values.price),
    startAt: utcOf(values.startAt),
    endAt: utcOf(values.endAt),
    limitPerUser: integerOf(values.limitPerUser),
    gateFactor: integerOf(values.gateFactor),
    payWindowSeconds: typeof minutes === 'number' ? minutes * 60 : minutes,
    captcha: values.captcha === 'on',
  };
}

export function deliveryInput({ units, key }: Values) {
  return { units: integerOf(units), key };
}

/** The form's field that a field of the input comes from. */
export function formFieldOf(inputField: string): string {
  return inputField === 'payWindowSeconds' ? 'payWindowMinutes' : inputField;
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
