/**
 * Bodies to post, in files: one per thread or process of a generator, so that each reads only its own.
 */
import { writeFileSync } from 'node:fs';
import { generatorThreads } from './generator.ts';

/** Deals the bodies out, and returns the files. @throws RangeError where a file would be empty */
export function writeBodies(
  path: string,
  bodies: readonly string[],
  shares = generatorThreads(),
): string[] {
  if (bodies.length < shares) throw new RangeError(`${bodies.length} bodies for ${shares} files`);
  return Array.from({ length: shares }, (_, share) => {
    const file = `${path}.${share}`;
    const dealt = bodies.filter((_, index) => index % shares === share);
    writeFileSync(file, `${dealt.join('\n')}\n`);
    return file;
  });
}
