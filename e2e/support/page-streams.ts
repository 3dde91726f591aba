import { ownerEvent, turnEvent } from "@mosaic/contracts/chat";
import { SentEvents } from "@mosaic/testing/sent-events";
import type { Browser, BrowserContext } from "@playwright/test";

interface Piece {
  readonly stream: string;
  readonly path: string;
  readonly text: string;
}

/** All streams of events that the pages of a browser read. A page itself skips what it doesn't know, so it would hide a breach of the contract. */
export class PageStreams {
  private readonly streams = new Map<string, { readonly path: string; readonly sent: SentEvents<{ readonly type: string }> }>();
  private readonly breaches: string[] = [];

  /** To be called before a context is made. */
  watch(browser: Browser): void {
    const newContext = browser.newContext.bind(browser);
    browser.newContext = async (...options) => {
      const context = await newContext(...options);
      await this.watchContext(context);
      return context;
    };
  }

  /** Of what was sent to the pages so far, on addresses that end like this. */
  typesOf(pathEnd: string): string[] {
    return [...this.streams.values()].flatMap(({ path, sent }) => (path.endsWith(pathEnd) ? sent.events.map(({ type }) => type) : []));
  }

  /** What was found since the last call. */
  takeBreaches(): string[] {
    return this.breaches.splice(0);
  }

  private async watchContext(context: BrowserContext): Promise<void> {
    await context.exposeBinding("mosaicTestPiece", (_source, piece: Piece) => this.take(piece));
    await context.addInitScript(tellStreams);
  }

  private take({ stream, path, text }: Piece): void {
    const contract = path === "/api/events" ? ownerEvent : turnEvent;
    const known = this.streams.get(stream) ?? { path, sent: new SentEvents<{ readonly type: string }>(contract) };
    this.streams.set(stream, known);
    try {
      known.sent.feed(text);
    } catch (error) {
      this.breaches.push(`${path}: ${String(error)}`);
    }
  }
}

/** Runs in the page: tells the test what the page's own requests are sent. */
function tellStreams(): void {
  const test = window as unknown as { mosaicTestPiece: (piece: Piece) => Promise<void> };
  const send = window.fetch.bind(window);
  const tell = async (response: Response): Promise<void> => {
    const [stream, path] = [crypto.randomUUID(), new URL(response.url).pathname];
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
      await test.mosaicTestPiece({ stream, path, text: next.value });
    }
  };
  window.fetch = async (...request) => {
    const response = await send(...request);
    if (response.ok && response.headers.get("content-type")?.startsWith("text/event-stream") === true) {
      // Cut off when the page leaves: that is an end, too.
      tell(response.clone()).catch(() => undefined);
    }
    return response;
  };
}
