/** What is kept of an agent's output, and read of it: more than any page shows. */
export const keptLogBytes = 256 * 1024;

/** The end of an endless text, in memory of a fixed size: an agent may print as fast as it can. */
export class LogTail {
  private readonly size: number;
  private ring: Buffer | undefined;
  private at = 0;
  private isFull = false;

  constructor(size = keptLogBytes) {
    this.size = size;
  }

  push(chunk: Buffer): void {
    this.ring ??= Buffer.alloc(this.size);
    const last = chunk.subarray(-this.size);
    const written = last.copy(this.ring, this.at);
    last.copy(this.ring, 0, written);
    this.isFull ||= this.at + last.length >= this.size;
    this.at = (this.at + last.length) % this.size;
  }

  /** Without the line that the beginning was cut off from, where there is a whole one after it. */
  text(): string {
    if (this.ring === undefined) return "";
    if (!this.isFull) return this.ring.toString("utf8", 0, this.at);
    const whole = Buffer.concat([this.ring.subarray(this.at), this.ring.subarray(0, this.at)]);
    return whole.toString("utf8", whole.indexOf(0x0a) + 1);
  }
}

const headLineLength = 8;

/** Takes the frames of Docker's multiplexed stream apart as they come: 8 bytes of head, the last four of which are the length. */
export class LogFrames {
  private readonly onText: (bytes: Buffer) => void;
  private readonly head = Buffer.alloc(headLineLength);
  private headLength = 0;
  private payloadLeft = 0;

  constructor(onText: (bytes: Buffer) => void) {
    this.onText = onText;
  }

  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.payloadLeft > 0) {
        const text = chunk.subarray(offset, offset + this.payloadLeft);
        this.onText(text);
        this.payloadLeft -= text.length;
        offset += text.length;
        continue;
      }
      const copied = chunk.copy(this.head, this.headLength, offset, offset + headLineLength - this.headLength);
      offset += copied;
      this.headLength += copied;
      if (this.headLength === headLineLength) {
        this.payloadLeft = this.head.readUInt32BE(4);
        this.headLength = 0;
      }
    }
  }
}

/** Reads Docker's logs to their end, or as far as `maxBytes`: an engine that goes on and on, since the agent does, is left. */
export async function readLogFrames(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const tail = new LogTail();
  const frames = new LogFrames((bytes) => tail.push(bytes));
  let readBytes = 0;
  for await (const chunk of stream) {
    frames.push(chunk);
    readBytes += chunk.length;
    // Leaving the loop ends the stream.
    if (readBytes >= maxBytes) break;
  }
  return tail.text();
}
