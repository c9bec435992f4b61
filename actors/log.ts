/**
 * Logging for every thread, on standard error: JSON lines on a pipe, readable on a terminal.
 * Call `configureLog` once per thread; everything else asks `getLogger` for a logger.
 */
import {
  configureSync,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  type LogLevel,
  type LogRecord,
} from '@logtape/logtape';

export { getLogger } from '@logtape/logtape';

export const logLevels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'] as const;

/** @param thread - names the thread in every line. */
export function configureLog(level: LogLevel, thread: string): void {
  const format = process.stderr.isTTY
    ? getAnsiColorFormatter({ timestamp: 'time' })
    : getJsonLinesFormatter({ properties: 'flatten' });
  const sink = (record: LogRecord) => {
    process.stderr.write(format({ ...record, properties: { thread, ...record.properties } }));
  };
  configureSync({
    reset: true,
    sinks: { standardError: sink },
    loggers: [
      { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['standardError'] },
      { category: ['stampede'], lowestLevel: level, sinks: ['standardError'] },
    ],
  });
}
