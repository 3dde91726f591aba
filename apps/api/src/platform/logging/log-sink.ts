import { write } from "node:fs";

/** How much waits for a reader that takes nothing. More is left out, and counted. */
const maxWaitingBytes = 1024 * 1024;
/** How long a full pipe is left alone. */
const retryMs = 50;

export interface LogSinkOptions {
  readonly descriptor?: number;
  readonly maxWaitingBytes?: number;
  /** Replaces the system's `write`. */
  readonly write?: typeof write;
}

/**
 * Where log lines go. Writing them never throws, never holds anybody up and never fills the memory, whatever becomes of the other end: a full
 * disk, a pipe that is closed, or one that nobody reads. What could not be written is counted, and the next line that can be says so.
 */
export class LogSink {
  private readonly descriptor: number;
  private readonly maxWaitingBytes: number;
  private readonly systemWrite: typeof write;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private lostLines = 0;
  private lastCode = "";
  private isWriting = false;
  private idle: (() => void)[] = [];

  constructor(options: LogSinkOptions = {}) {
    this.descriptor = options.descriptor ?? 1;
    this.maxWaitingBytes = options.maxWaitingBytes ?? maxWaitingBytes;
    this.systemWrite = options.write ?? write;
  }

  /** Takes whole lines. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.waitingBytes + bytes.length > this.maxWaitingBytes) {
      this.lose(1, "nobody reads the log");
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    this.proceed();
  }

  /** Resolves when nothing waits any more, or after `deadlineMs`. */
  async flush(deadlineMs: number): Promise<void> {
    if (!this.isWriting) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      this.idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private proceed(): void {
    if (this.isWriting) {
      return;
    }
    if (this.waiting.length === 0) {
      this.idle.splice(0).forEach((resolve) => resolve());
      return;
    }
    const lines = this.waiting;
    const count = lines.length + this.lostLines;
    this.waiting = [];
    this.isWriting = true;
    this.put(Buffer.concat([...this.lossLine(), ...lines]), 0, count);
  }

  private put(bytes: Buffer, from: number, lines: number): void {
    this.systemWrite(this.descriptor, bytes, from, bytes.length - from, null, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.put(bytes, from, lines), retryMs).unref();
        return;
      }
      if (error === null && from + written < bytes.length) {
        this.put(bytes, from + written, lines);
        return;
      }
      if (error !== null) {
        this.lose(lines, error.code ?? "unknown");
      }
      this.waitingBytes = this.waiting.reduce((sum, { length }) => sum + length, 0);
      this.isWriting = false;
      this.proceed();
    });
  }

  private lose(lines: number, code: string): void {
    this.lostLines += lines;
    this.lastCode = code;
  }

  private lossLine(): Buffer[] {
    if (this.lostLines === 0) {
      return [];
    }
    const line = {
      level: 40,
      time: new Date().toISOString(),
      count: this.lostLines,
      code: this.lastCode,
      message: "log lines could not be written",
    };
    this.lostLines = 0;
    return [Buffer.from(`${JSON.stringify(line)}\n`)];
  }
}

/** Without this, a closed or full standard output ends the process at the next word of anybody's. */
export function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => undefined);
  }
}
