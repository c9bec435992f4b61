/** What makes an embedded journal go on in new files. */
import { Database } from 'bun:sqlite';
import { Segments } from '../journal/segments.ts';

/** Lets a journal go on in a new segment, as any other process may that writes it. */
export function goOn(path: string): void {
  const segments = new Segments(path, { write: true });
  try {
    segments.goOn();
  } finally {
    segments.close();
  }
}

/** Begins a reading transaction on a database, as a backup or a forgotten shell does; ends it when called. */
export function holdReader(path: string): () => void {
  const database = new Database(path, { readonly: true });
  database.run('BEGIN');
  // A transaction reads from its first statement on.
  database.query('SELECT count(*) FROM journal').get();
  return () => database.close();
}
