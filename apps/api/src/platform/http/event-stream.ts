import type { Response } from "express";
import { FrameStream } from "./frame-stream.js";

/** What every event has: the name that it is sent by. */
interface Named {
  readonly type: string;
}

/** Server-sent events of one kind to one browser. */
export class EventStream<Event extends Named> {
  private readonly frames: FrameStream;

  constructor(response: Response) {
    this.frames = new FrameStream(response, { contentType: "text/event-stream; charset=utf-8", keepAlive: commented("keep-alive") });
  }

  /** Aborts when the browser closes the connection before the end. */
  get left(): AbortSignal {
    return this.frames.left;
  }

  /** Resolves once the browser takes more. An event for a browser that left is dropped. `id`: from where a reader that comes back goes on. */
  async send(event: Event, id?: number): Promise<void> {
    await this.frames.write(sent(event, id));
  }

  /** For a writer that can't wait: a reader that is too far behind is cut off. */
  sendSoon(event: Event): void {
    this.frames.writeSoon(sent(event));
  }

  comment(text: string): void {
    this.frames.fill(commented(text));
  }

  end(): void {
    this.frames.end();
  }
}

const commented = (text: string): string => `: ${text}\n\n`;

function sent(event: Named, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
