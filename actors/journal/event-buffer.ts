/**
 * Events as the bytes of their entry: JSON texts with commas between them. Hot path: one order is a
 * hundred bytes, and making strings first and joining them takes ten times as long. There is room before
 * them for the entry's head, so that the entry is made where the events are, and copied nowhere.
 */

import type { Event, Placed } from '../events.ts';
import { entryBytesMax, entryHeadBytesMax } from '../limits.ts';
import { type EntryHead, encodeEvent, entryEnd, headText } from './codec.ts';

const firstBytes = 4_096;
/** Where the first event begins. */
const start = entryHeadBytesMax;
const comma = 0x2c;
const closingBrace = 0x7d;
const zero = 0x30;

const textEncoder = new TextEncoder();
const bytesOf = (text: string) => textEncoder.encode(text);

const ending = bytesOf(entryEnd);

/** What precedes each number of a placed event. */
const before = {
  item: bytesOf('{"type":"placed","item":'),
  n: bytesOf(',"n":'),
  user: bytesOf(',"user":'),
  promo: bytesOf(',"promo":'),
  amount: bytesOf(',"amount":'),
  price: bytesOf(',"price":'),
  nonce: bytesOf(',"nonce":'),
  at: bytesOf(',"at":'),
};

/** More bytes than the longest event takes, with its comma and the end of the entry. */
const roomBytes = 1_024;

export class EventBuffer {
  /** Events so far. */
  count = 0;
  #bytes = new Uint8Array(firstBytes);
  /** Where the last event ends. */
  #end = start;

  /** Bytes of the events so far. */
  get length(): number {
    return this.#end - start;
  }

  /** The events as an entry, in the buffer's own memory: valid until the next `add`. */
  entry(head: EntryHead): Uint8Array {
    const text = bytesOf(headText(head));
    this.#bytes.set(text, start - text.length);
    this.#bytes.set(ending, this.#end);
    return this.#bytes.subarray(start - text.length, this.#end + ending.length);
  }

  /** Drops the events, and keeps their room. */
  clear(): void {
    this.count = 0;
    this.#end = start;
  }

  /** `at` is the event's time, written only where it differs from its entry's. */
  add(event: Event, at: number, entryAt: number): void {
    if (this.#end + roomBytes > this.#bytes.length) this.#grow();
    if (this.count++ > 0) this.#bytes[this.#end++] = comma;
    const isPlain = event.type === 'placed' && event.paid === undefined;
    if (isPlain && event.tokenEndsAt === undefined) this.#addPlaced(event, at, entryAt);
    else this.#addText(encodeEvent(event, at, entryAt));
  }

  #addPlaced(event: Placed, at: number, entryAt: number): void {
    const bytes = this.#bytes;
    let end = this.#end;
    end = writeInteger(bytes, writeBytes(bytes, end, before.item), event.item);
    end = writeInteger(bytes, writeBytes(bytes, end, before.n), event.n);
    end = writeInteger(bytes, writeBytes(bytes, end, before.user), event.user);
    end = writeInteger(bytes, writeBytes(bytes, end, before.promo), event.promo);
    end = writeInteger(bytes, writeBytes(bytes, end, before.amount), event.amount);
    end = writeInteger(bytes, writeBytes(bytes, end, before.price), event.price);
    end = writeInteger(bytes, writeBytes(bytes, end, before.nonce), event.nonce);
    if (at !== entryAt) end = writeInteger(bytes, writeBytes(bytes, end, before.at), at);
    bytes[end] = closingBrace;
    this.#end = end + 1;
  }

  #addText(text: string): void {
    const { read, written } = textEncoder.encodeInto(text, this.#bytes.subarray(this.#end));
    if (read !== text.length) throw new Error(`an event of ${text.length} characters is too long`);
    this.#end += written;
  }

  #grow(): void {
    const wider = new Uint8Array(
      Math.min(2 * this.#bytes.length, start + entryBytesMax + roomBytes),
    );
    wider.set(this.#bytes);
    this.#bytes = wider;
  }
}

function writeBytes(target: Uint8Array, start: number, source: Uint8Array): number {
  const { length } = source;
  for (let index = 0; index < length; index++) target[start + index] = source[index]!;
  return start + length;
}

/** The digits of 00 to 99. */
const pairs = bytesOf(Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0')).join(''));

/** Numbers below this are written as one 32-bit integer, larger safe integers as two. */
const half = 100_000_000;

/** Writes the decimal digits of a safe integer that is not negative; returns where they end. */
function writeInteger(target: Uint8Array, start: number, value: number): number {
  if (value < 10) {
    target[start] = zero + value;
    return start + 1;
  }
  if (value < half) return writeDigits(target, start, value | 0, digitsOf(value | 0));
  const high = Math.floor(value / half);
  const end = writeInteger(target, start, high);
  return writeDigits(target, end, (value - high * half) | 0, 8);
}

function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : 8;
}

/** Two digits at a time, from the last; at most eight. */
function writeDigits(target: Uint8Array, start: number, value: number, digits: number): number {
  let rest = value;
  let place = start + digits - 2;
  for (; place >= start; place -= 2) {
    const hundredth = (rest / 100) | 0;
    const pair = (rest - hundredth * 100) << 1;
    target[place] = pairs[pair]!;
    target[place + 1] = pairs[pair + 1]!;
    rest = hundredth;
  }
  if (place === start - 1) target[start] = zero + rest;
  return start + digits;
}
