/**
 * Whether a path still leads to the file that was opened there. A process goes on writing into a file
 * that was deleted, moved or replaced: nobody finds what it writes when the process has ended.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';

/** What tells one file from another, whatever it is called: both stay with it when it is moved. */
export interface FileIdentity {
  device: bigint;
  inode: bigint;
}

/** The identity of the file at a path. @throws where there is none. */
export function fileIdentity(path: string): FileIdentity {
  const { dev: device, ino: inode } = statSync(path, { bigint: true });
  return { device, inode };
}

export class KeptFile {
  #sizeBytes = 0n;

  /** @param grows - the file is never cut by those who write it. */
  constructor(
    readonly path: string,
    readonly identity: FileIdentity,
    private readonly grows: boolean,
  ) {}

  /** Keeps an eye on the file that is at a path now. @throws where there is none. */
  static at(path: string, { grows }: { grows: boolean }): KeptFile {
    const file = new KeptFile(path, fileIdentity(path), grows);
    file.trouble();
    return file;
  }

  /** What has become of the file, in words for an operator; null while it is where it was. */
  trouble(): string | null {
    const found = this.#stat();
    if (typeof found === 'string') return found;
    if (found.dev !== this.identity.device || found.ino !== this.identity.inode) {
      return `${this.path} was replaced by another file`;
    }
    if (this.grows && found.size < this.#sizeBytes) {
      return `${this.path} was cut from ${this.#sizeBytes} to ${found.size} bytes`;
    }
    this.#sizeBytes = found.size;
    return null;
  }

  /**
   * Where this process can still read the file although its path is lost: Linux shows open files in
   * `/proc`, deleted ones too. Null where that is not known.
   */
  stillOpenAs(): string | null {
    const folder = `/proc/${process.pid}/fd`;
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const found = names.find((name) => this.#isAt(`${folder}/${name}`));
    return found === undefined ? null : `${folder}/${found}`;
  }

  /** False also where nothing is: one of the names is the descriptor that read the folder. */
  #isAt(path: string): boolean {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found?.dev === this.identity.device && found.ino === this.identity.inode;
  }

  #stat() {
    try {
      return statSync(this.path, { bigint: true });
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? error.code : undefined;
      if (reason === 'ENOENT' || reason === 'ENOTDIR') {
        return `${this.path} is gone: it was deleted or moved, or what it lay on is no longer mounted`;
      }
      return `${this.path} cannot be found: ${String(error)}`;
    }
  }
}
