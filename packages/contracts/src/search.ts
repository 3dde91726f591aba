import { z } from "zod";
import { messageRole } from "./chat.js";

export const searchMaxCharacters = 200;

/** In the body of a POST: what somebody looks for has no place in an address, which proxies and browsers write down. */
export const searchRequest = z
  .strictObject({
    q: z.string().trim().min(1).max(searchMaxCharacters),
    /** The `cursor` of the answer before: what is further down. */
    cursor: z.uuid().optional(),
  })
  .meta({ id: "SearchRequest" });
export type SearchRequest = z.infer<typeof searchRequest>;

/** A text of one line, and where in it (in UTF-16 units, as JavaScript counts) what was looked for is. */
export const markedText = z.object({
  text: z.string(),
  marks: z.array(z.object({ start: z.int(), end: z.int() })),
});
export type MarkedText = z.infer<typeof markedText>;

export const searchHit = z.object({
  conversationId: z.uuid(),
  agentId: z.uuid(),
  title: markedText,
  /** `null`: it is the title that was found. */
  message: z.object({ id: z.uuid(), role: messageRole, createdAt: z.iso.datetime(), snippet: markedText }).nullable(),
});
export type SearchHit = z.infer<typeof searchHit>;

export const searchAnswer = z
  .object({
    /** Titles first, then messages, newest first. */
    hits: z.array(searchHit),
    /** For what is further down; there may be nothing there. `null`: that was all. */
    cursor: z.uuid().nullable(),
    /** Old messages are still being made ready to be found. */
    isIndexing: z.boolean(),
  })
  .meta({ id: "SearchAnswer" });
export type SearchAnswer = z.infer<typeof searchAnswer>;
