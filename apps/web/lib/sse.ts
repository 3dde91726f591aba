import { createParser } from "eventsource-parser";
import type { z } from "zod";

/**
 * Reads a stream of server-sent events to its end and hands each over, with its id, once it fits the schema. An event that does not fit is
 * skipped: a newer server may say more than this page knows. `onBytes` is told whenever anything came, also if that was a sign of life alone.
 */
export const readEvents = async <T extends z.ZodType>(
  response: Response,
  schema: T,
  onEvent: (event: z.infer<T>, id: string | null) => void,
  onBytes: () => void = () => undefined,
): Promise<void> => {
  if (!response.body) return;
  const parser = createParser({
    onEvent: ({ data, id }) => {
      const parsed = schema.safeParse(toJson(data));
      if (parsed.success) onEvent(parsed.data, id ?? null);
    },
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    parser.feed(decoder.decode(value, { stream: true }));
  }
};

const toJson = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
};
