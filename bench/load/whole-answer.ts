/** Answers as they come over a connection, for loads that write HTTP by themselves. */

/** What came is an answer as soon as it has its whole body. */
export interface WholeAnswer {
  status: number;
  /** As it came; its body begins after the empty line. */
  head: string;
  body: string;
}

/** Adds a piece to the part of an answer that has arrived. Null until it is whole; a connection has one at a time. */
export function wholeAnswer(connection: { part: string }, piece: Buffer): WholeAnswer | null {
  connection.part += piece.toString('latin1');
  const { part } = connection;
  const headEnd = part.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const length = Number(/content-length: (\d+)/i.exec(part)?.[1] ?? 0);
  const bodyStart = headEnd + 4;
  if (part.length < bodyStart + length) return null;
  connection.part = '';
  // The head keeps the end of its last line.
  const head = part.slice(0, headEnd + 2);
  return { status: Number(part.slice(9, 12)), head, body: part.slice(bodyStart) };
}
