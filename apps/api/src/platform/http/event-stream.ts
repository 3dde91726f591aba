import type { Response } from "express";

const keepAliveMs = 10_000;
/** A reader that takes nothing for so long has left without saying so. */
const maxStallMs = 60_000;
/** What a reader may be behind where the writer can't wait for it. */
const maxBacklogBytes = 256 * 1024;

/** What every event has: the name that it is sent by. */
interface Named {
  readonly type: string;
}

/**
 * Server-sent events of one kind to one browser: nothing is buffered beyond the socket, a slow reader slows the writer down, and silence is filled with
 * comments so that no proxy in between takes it for a dead connection.
 */
export class EventStream<Event extends Named> {
  private readonly leaving = new AbortController();
  private readonly keepAlive: NodeJS.Timeout;

  constructor(private readonly response: Response) {
    response.status(200).set({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    const { socket } = response;
    socket?.setNoDelay(true);
    // What is there to be sent already goes along with the head. The response's own cork would let its end overtake that.
    socket?.cork();
    response.flushHeaders();
    process.nextTick(() => socket?.uncork());
    this.keepAlive = setInterval(() => this.comment("keep-alive"), keepAliveMs);
    response.once("close", () => {
      clearInterval(this.keepAlive);
      if (!response.writableFinished) {
        this.leaving.abort(new Error("the browser left"));
      }
    });
    // A write after the browser left is no fault of ours.
    response.on("error", () => undefined);
    if (response.destroyed) {
      clearInterval(this.keepAlive);
      this.leaving.abort(new Error("the browser left"));
    }
  }

  /** Aborts when the browser closes the connection before the end. */
  get left(): AbortSignal {
    return this.leaving.signal;
  }

  /** Resolves once the browser takes more. An event for a browser that left is dropped. `id`: from where a reader that comes back goes on. */
  async send(event: Event, id?: number): Promise<void> {
    await this.write(sent(event, id));
  }

  /** For a writer that can't wait: a reader that is too far behind is cut off. */
  sendSoon(event: Event): void {
    if (this.response.writableLength > maxBacklogBytes) {
      this.response.destroy();
      return;
    }
    if (this.isOpen()) {
      this.response.write(sent(event));
    }
  }

  comment(text: string): void {
    if (this.isOpen() && !this.response.writableNeedDrain) {
      this.response.write(`: ${text}\n\n`);
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

  private async write(text: string): Promise<void> {
    if (!this.isOpen()) {
      return;
    }
    this.keepAlive.refresh();
    if (!this.response.write(text)) {
      await this.drained();
    }
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

function sent(event: Named, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
