import type { Response } from "express";

/** A reader that takes nothing for so long has left without saying so. */
const maxStallMs = 60_000;
/** What a reader may be behind where the writer can't wait for it. */
const maxBacklogBytes = 256 * 1024;
const keepAliveMs = 10_000;

export interface FrameStreamOptions {
  readonly contentType: string;
  /** What fills a silence. */
  readonly keepAlive: string;
  /** Of silence. So that tests can lower it. */
  readonly keepAliveMs?: number;
}

/**
 * An answer that is written piece by piece as it comes to be: nothing is buffered beyond the socket, a slow reader slows the writer down, and silence is
 * filled so that no proxy in between takes it for a dead connection.
 */
export class FrameStream {
  private readonly leaving = new AbortController();
  private readonly keepAlive: NodeJS.Timeout;

  constructor(
    private readonly response: Response,
    options: FrameStreamOptions,
  ) {
    response.status(200).set({
      "content-type": options.contentType,
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    const { socket } = response;
    socket?.setNoDelay(true);
    // What is there to be sent already goes along with the head. The response's own cork would let its end overtake that.
    socket?.cork();
    response.flushHeaders();
    process.nextTick(() => socket?.uncork());
    this.keepAlive = setInterval(() => this.fill(options.keepAlive), options.keepAliveMs ?? keepAliveMs);
    response.once("close", () => {
      clearInterval(this.keepAlive);
      if (!response.writableFinished) {
        this.leaving.abort(new Error("the reader left"));
      }
    });
    // A write after the reader left is no fault of ours.
    response.on("error", () => undefined);
    if (response.destroyed) {
      clearInterval(this.keepAlive);
      this.leaving.abort(new Error("the reader left"));
    }
  }

  /** Aborts when the reader closes the connection before the end. */
  get left(): AbortSignal {
    return this.leaving.signal;
  }

  /** Resolves once the reader takes more. What is written for a reader that left is dropped. */
  async write(text: string): Promise<void> {
    // Nothing is no sign of life.
    if (text === "" || !this.isOpen()) {
      return;
    }
    this.keepAlive.refresh();
    if (!this.response.write(text)) {
      await this.drained();
    }
  }

  /** For a writer that can't wait: a reader that is too far behind is cut off. */
  writeSoon(text: string): void {
    if (this.response.writableLength > maxBacklogBytes) {
      this.response.destroy();
      return;
    }
    if (this.isOpen()) {
      this.response.write(text);
    }
  }

  /** Written only where nothing else waits to be. */
  fill(text: string): void {
    if (this.isOpen() && !this.response.writableNeedDrain) {
      this.response.write(text);
    }
  }

  end(): void {
    clearInterval(this.keepAlive);
    if (this.isOpen()) {
      this.response.end();
    }
  }

  private isOpen(): boolean {
    return !this.leaving.signal.aborted && !this.response.writableEnded && !this.response.destroyed;
  }

  private async drained(): Promise<void> {
    const { response } = this;
    await new Promise<void>((resolve) => {
      const stalled = setTimeout(() => response.destroy(), maxStallMs);
      const proceed = (): void => {
        clearTimeout(stalled);
        response.off("drain", proceed);
        response.off("close", proceed);
        resolve();
      };
      response.once("drain", proceed);
      response.once("close", proceed);
    });
  }
}
