/** Reads the values of options. An error is a sentence that follows the option's name. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';

/** Reads an integer from `min` to `max`, both inclusive. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be an integer from ${min} to ${max}.`);
  };
}

/** Reads the path of a file to write: better to learn before long work that it cannot be written. */
export function writableFile(path: string): string {
  if (path !== '' && existsSync(dirname(resolve(path)))) return path;
  throw new InvalidArgumentError('It must be a file in a folder that exists.');
}
