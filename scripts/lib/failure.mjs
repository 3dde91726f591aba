/** What the process exits with, so that a script can tell the cases apart. */
export const exitCodes = Object.freeze({
  failed: 1,
  badConfiguration: 2,
  alreadyRunning: 3,
  portTaken: 4,
});

/** An expected failure: its message is one or two sentences that say what to do, and is all that is shown. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {{ exitCode?: number, details?: string, cause?: unknown }} [options] details: lines of a log, shown below
   */
  constructor(message, options = {}) {
    super(message, { cause: options.cause });
    this.name = "Failure";
    this.exitCode = options.exitCode ?? exitCodes.failed;
    this.details = options.details ?? "";
  }
}

/** Thrown through the steps when the person asked to stop; it is not an error. */
export class Stopped extends Error {
  constructor() {
    super("stopped");
    this.name = "Stopped";
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {unknown} error
 * @returns {string | undefined} the system's error code, such as ENOENT
 */
export function codeOf(error) {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}
