/** How the work of a command ends: with an exit code, or with one line on standard error. */

/** The exit code for wrong arguments and wrong settings. */
export const wrongUse = 2;

/** An error that a command reports when it gives up, and the code it then exits with. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/**
 * Does a command's work, and ends the process with the code that it returns. An error becomes one line:
 * a wrong setting ends with `wrongUse`, anything else with `failureCode`.
 */
export async function perform(
  command: string,
  failureCode: number,
  work: () => Promise<number>,
): Promise<never> {
  try {
    process.exit(await work());
  } catch (error) {
    fail(`stampede ${command}`, error, failureCode);
  }
}

/** Ends the process with one line that says who gives up and why. */
export function fail(who: string, error: unknown, failureCode: number): never {
  console.error(`${who}: ${oneLine(error instanceof Error ? error.message : String(error))}`);
  process.exit(exitCodeOf(error, failureCode));
}

/**
 * Errors that say that the settings are wrong, or that what they lead to is: starting again would not
 * help. They are recognised by name: importing their modules would make every command load all settings.
 */
const wrongSettings = new Set(['ConfigError', 'JournalMisconfigured']);

function exitCodeOf(error: unknown, failureCode: number): number {
  if (error instanceof CommandFailed) return error.exitCode;
  return error instanceof Error && wrongSettings.has(error.name) ? wrongUse : failureCode;
}

export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}
