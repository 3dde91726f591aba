const spinnerFrames = ["|", "/", "-", "\\"];
const spinnerIntervalMs = 120;
const reminderIntervalMs = 15_000;

/**
 * Tells what a slow step does and for how long: a spinner on a terminal, else a line now and then.
 */
export class Progress {
  /** @param {{ out?: NodeJS.WriteStream | { write(text: string): unknown, isTTY?: boolean } }} [options] */
  constructor(options = {}) {
    this.out = options.out ?? process.stdout;
    this.isTerminal = this.out.isTTY === true;
    /** @type {string | undefined} */
    this.spinning = undefined;
  }

  /** @param {string} text */
  line(text) {
    this.#clear();
    this.out.write(`${text}\n`);
  }

  /**
   * @template T
   * @param {string} what what is being done, such as "Installing packages"
   * @param {() => Promise<T>} work
   * @param {{ quietBelowMs?: number }} [options] a step that ends sooner than this is not worth a line
   * @returns {Promise<T>}
   */
  async step(what, work, options = {}) {
    const startedAt = Date.now();
    const isQuiet = (options.quietBelowMs ?? 0) > 0;
    if (!this.isTerminal && !isQuiet) this.line(`${what} ...`);
    let frame = 0;
    const timer = setInterval(
      () => {
        if (!this.isTerminal) return this.line(`${what} ... ${seconds(startedAt)}`);
        this.#clear();
        this.spinning = `${spinnerFrames[frame % spinnerFrames.length]} ${what} ... ${seconds(startedAt)}`;
        this.out.write(this.spinning);
        frame += 1;
      },
      this.isTerminal ? spinnerIntervalMs : reminderIntervalMs,
    );
    try {
      const result = await work();
      if (Date.now() - startedAt >= (options.quietBelowMs ?? 0)) this.line(`${what}: done in ${seconds(startedAt)}`);
      return result;
    } finally {
      clearInterval(timer);
      this.#clear();
    }
  }

  #clear() {
    if (this.spinning === undefined) return;
    this.out.write(`\r${" ".repeat(this.spinning.length)}\r`);
    this.spinning = undefined;
  }
}

/**
 * @param {number} startedAt
 * @returns {string}
 */
export function seconds(startedAt) {
  const elapsed = (Date.now() - startedAt) / 1000;
  return elapsed < 10 ? `${elapsed.toFixed(1)} s` : `${Math.round(elapsed)} s`;
}
