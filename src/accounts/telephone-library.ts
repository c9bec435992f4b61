/** Numbers of all countries: loaded when the first is asked for, since an engine would start later for it. */

type Library = typeof import('libphonenumber-js/min');
let library: Library | undefined;

export function telephoneLibrary(): Library {
  // biome-ignore lint/style/noCommonJs: numbers are checked by schemas, which cannot wait for an `import()`.
  library ??= require('libphonenumber-js/min') as Library; // `require` knows no types.
  return library;
}
