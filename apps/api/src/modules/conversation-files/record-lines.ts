const lineEnd = 0x0a;

interface LineBounds {
  readonly lineBytes: number;
  readonly allBytes: number;
}

/** A line that is longer than lines may be: what it said was let go as it came. */
export const tooLongLine = Symbol("a line that is too long");

/** More came than may come. */
export class TooManyBytes extends Error {}

/** The lines of a stream of UTF-8, without the empty ones, as they come: no more than one line is kept. Rejects with `TooManyBytes`. */
export async function* linesOf(source: AsyncIterable<Buffer>, bounds: LineBounds): AsyncGenerator<Buffer | typeof tooLongLine> {
  let pieces: Buffer[] = [];
  let lineBytes = 0;
  let allBytes = 0;
  const take = (): Buffer | typeof tooLongLine => {
    const line = lineBytes > bounds.lineBytes ? tooLongLine : Buffer.concat(pieces);
    [pieces, lineBytes] = [[], 0];
    return line;
  };
  const add = (piece: Buffer): void => {
    lineBytes += piece.length;
    if (lineBytes > bounds.lineBytes) {
      pieces = [];
    } else {
      pieces.push(piece);
    }
  };
  for await (const chunk of source) {
    allBytes += chunk.length;
    if (allBytes > bounds.allBytes) {
      throw new TooManyBytes();
    }
    let start = 0;
    for (let end = chunk.indexOf(lineEnd); end >= 0; end = chunk.indexOf(lineEnd, start)) {
      add(chunk.subarray(start, end));
      start = end + 1;
      if (lineBytes > 0) {
        yield take();
      }
    }
    add(chunk.subarray(start));
  }
  if (lineBytes > 0) {
    yield take();
  }
}
