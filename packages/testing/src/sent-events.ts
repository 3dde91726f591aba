import { isDeepStrictEqual } from "node:util";
import { createParser } from "eventsource-parser";

/** A zod schema, or whatever throws on what does not fit. */
interface Contract<Event> {
  parse(value: unknown): Event;
}

interface Named {
  readonly type: string;
}

/** A stream of server-sent events as it really came over the wire: each is held to its contract, with nothing left over. */
export class SentEvents<Event extends Named> {
  readonly events: Event[] = [];
  readonly comments: string[] = [];
  private fed = "";
  private readonly parser;

  /** What `onEvent` throws is a breach of the contract too: the order of events is part of it. */
  constructor(contract: Contract<Event>, onEvent: (soFar: readonly Event[]) => void = () => undefined) {
    this.parser = createParser({
      onEvent: ({ event: name, data }) => {
        this.events.push(heldTo(contract, name, data));
        onEvent(this.events);
      },
      onComment: (comment) => this.comments.push(comment),
    });
  }

  /** All that came, as it came. */
  get text(): string {
    return this.fed;
  }

  /** Throws when an event breaks its contract. */
  feed(text: string): void {
    this.fed += text;
    this.parser.feed(text);
  }

  /**
   * Reads to the end of the stream, however it ends: cut off is an end, too. Rejects when an event breaks its contract, so that one nobody
   * waits for fails the run as an unhandled rejection.
   */
  async read(body: AsyncIterable<Uint8Array> | null): Promise<void> {
    const decoder = new TextDecoder();
    const chunks = (body ?? (async function* () {})())[Symbol.asyncIterator]();
    for (;;) {
      const next = await chunks.next().catch(() => null);
      if (next === null || next.done === true) {
        return;
      }
      try {
        this.feed(decoder.decode(next.value, { stream: true }));
      } catch (error) {
        await chunks.return?.().catch(() => undefined);
        throw error;
      }
    }
  }
}

function heldTo<Event extends Named>(contract: Contract<Event>, name: string | undefined, data: string): Event {
  const sent: unknown = JSON.parse(data);
  const event = contract.parse(sent);
  if (!isDeepStrictEqual(event, sent)) {
    throw new Error(`An event says more than its contract, or says it differently: ${data}`);
  }
  if (name !== event.type) {
    throw new Error(`An event of the type ${event.type} was sent as ${name ?? "none"}.`);
  }
  return event;
}
