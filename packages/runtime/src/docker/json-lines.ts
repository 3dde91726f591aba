import { parseRecord, type UnknownRecord } from "@mosaic/incoming/records";

/** The engine's streams are JSON values, one per line, cut anywhere. A line that is none is not ours to repair, and skipped. */
export async function* readJsonLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<UnknownRecord> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield* parse(line);
  }
  yield* parse(rest);
}

function* parse(line: string): Generator<UnknownRecord> {
  const record = parseRecord(line);
  if (record !== undefined) yield record;
}
