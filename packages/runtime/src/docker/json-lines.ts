/** The engine's streams are JSON values, one per line, cut anywhere. A line that is none is skipped. */
export async function* readJsonLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Record<string, unknown>> {
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

function* parse(line: string): Generator<Record<string, unknown>> {
  if (line.trim() === "") return;
  try {
    const value: unknown = JSON.parse(line);
    if (isRecord(value)) yield value;
  } catch {
    // Not ours to repair, and what follows is still worth reading.
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
