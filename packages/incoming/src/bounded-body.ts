import type { IncomingMessage } from "node:http";

/** A body is gone when its request was before anybody read it. */
export type BodyFault = "too_large" | "late" | "broken_off" | "gone";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly arrivalMs: number;
}

/** The whole body of a request. Rejects with what `refusal` makes of its fault; what has not arrived by then is left unread. */
export async function receiveBody(
  request: IncomingMessage,
  { maxBytes, arrivalMs }: BodyLimits,
  refusal: (fault: BodyFault) => Error,
): Promise<Buffer> {
  if (request.destroyed) {
    throw refusal("gone");
  }
  const announcedBytes = Number(request.headers["content-length"] ?? 0);
  if (announcedBytes > maxBytes) {
    throw refusal("too_large");
  }
  const received = new BoundedBytes(maxBytes, announcedBytes);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const refuse = (fault: BodyFault): void => reject(refusal(fault));
  const onData = (chunk: Buffer): void => (received.push(chunk) ? undefined : refuse("too_large"));
  // A request closes after its end, too.
  const onBroken = (): void => (request.readableEnded ? undefined : refuse("broken_off"));
  const late = setTimeout(() => refuse("late"), arrivalMs);
  request.on("data", onData).once("end", resolve).once("error", onBroken).once("close", onBroken);
  try {
    await promise;
    return received.bytes();
  } finally {
    clearTimeout(late);
    request.off("data", onData).off("end", resolve).off("error", onBroken).off("close", onBroken);
  }
}

/**
 * All of `source`, if it has at most `maxBytes`. Rejects with `tooLarge()` before it holds more, and before it reads anything if its
 * `content-length` is more; the rest is left.
 */
export async function readBounded(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLarge: () => Error,
  contentLength: string | null = null,
): Promise<Buffer<ArrayBuffer>> {
  const announcedBytes = Number(contentLength ?? 0);
  if (announcedBytes > maxBytes) {
    throw tooLarge();
  }
  const read = new BoundedBytes(maxBytes, announcedBytes);
  for await (const chunk of source) {
    if (!read.push(chunk)) {
      throw tooLarge();
    }
  }
  return read.bytes();
}

/** What an answer begins with, as text, where its status says the rest: as far as it came, and what follows is left. Never rejects. */
export async function readBeginning(body: AsyncIterable<Uint8Array>, maxBytes = 64 * 1024): Promise<string> {
  const beginning = new BoundedBytes(maxBytes);
  try {
    for await (const chunk of body) {
      if (!beginning.push(chunk)) {
        break;
      }
    }
  } catch {
    // What came so far says enough.
  }
  return beginning.bytes().toString("utf8");
}

/** For who did not say how much comes. */
const firstBytes = 64 * 1024;

/** Pieces in one buffer that grows: to join them at the end would take twice the room for a moment. */
class BoundedBytes {
  private readonly maxBytes: number;
  private buffer: Buffer<ArrayBuffer>;
  private size = 0;

  constructor(maxBytes: number, announcedBytes = 0) {
    this.maxBytes = maxBytes;
    this.buffer = Buffer.allocUnsafe(Math.min(announcedBytes > 0 ? announcedBytes : firstBytes, maxBytes));
  }

  /** False when there is more than `maxBytes`: then only what fits is kept. */
  push(chunk: Uint8Array): boolean {
    const fitting = chunk.subarray(0, this.maxBytes - this.size);
    const neededBytes = this.size + fitting.length;
    if (neededBytes > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.maxBytes, Math.max(this.buffer.length * 2, neededBytes)));
      this.buffer.copy(larger, 0, 0, this.size);
      this.buffer = larger;
    }
    this.buffer.set(fitting, this.size);
    this.size = neededBytes;
    return fitting.length === chunk.length;
  }

  bytes(): Buffer<ArrayBuffer> {
    return this.buffer.subarray(0, this.size);
  }
}
