import { z } from "zod";

/** What is kept of a tool's input and of its output. More is cut, and says so. */
export const toolTextMaxCharacters = 4_000;

/** Of a call that a program is to run, which needs all of them. */
export const clientArgumentsMaxCharacters = 256 * 1024;

export const toolCallState = z.enum(["running", "completed", "failed"]);
export type ToolCallState = z.infer<typeof toolCallState>;

const toolText = z.string().max(toolTextMaxCharacters + 1);

export const toolCallPart = z.object({
  type: z.literal("tool_call"),
  /** The agent's own, unique in its answer. */
  id: z.string().max(200),
  name: z.string().max(200),
  state: toolCallState,
  /** As the agent wrote it, most often JSON. Absent: it told none. */
  input: toolText.optional(),
  /** What the tool said. Absent: nothing yet, or it told nothing. */
  output: toolText.optional(),
  /** How long it took, as Mosaic heard of it. Absent: it has not ended, or nobody heard of both. */
  elapsedMs: z.int().min(0).optional(),
  /** The program that sent the message is to run it, and it ended the answer: `running` is handed over. Absent: the agent ran it. */
  isForClient: z.literal(true).optional(),
  /** Of a call for a program: all that it was given, as the model wrote it. `input` is cut. */
  arguments: z.string().max(clientArgumentsMaxCharacters).optional(),
});
export type ToolCallPart = z.infer<typeof toolCallPart>;

export const filePart = z.object({
  type: z.literal("file"),
  /** It is had at `/api/files/:id`. Absent: it is only told of. */
  id: z.uuid().optional(),
  name: z.string().max(255),
  /** Told by its content, not by its name. */
  mediaType: z.string().max(255),
  sizeBytes: z.int().min(0),
  /** Where it lies in the agent's workspace. */
  workspacePath: z.string().max(400).optional(),
  /** Of an image that a person sent: whether the model sees it. */
  isShownToModel: z.boolean().optional(),
});
export type FilePart = z.infer<typeof filePart>;

/** What a message is made of, in its order. `reasoning`: what a model thought before it spoke. `notice`: what Mosaic says about the message. */
export const messagePart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("reasoning"), text: z.string() }),
  toolCallPart,
  filePart,
  z.object({ type: z.literal("notice"), text: z.string() }),
]);
export type MessagePart = z.infer<typeof messagePart>;

export const messageParts = z.array(messagePart);

const tokenCount = z.int().min(0).max(2_000_000_000);

/** What an answer took of its models, added up over all calls. `cachedTokens` are those of `inputTokens` that the provider had kept. */
export const tokenUsage = z.object({
  inputTokens: tokenCount,
  outputTokens: tokenCount,
  cachedTokens: tokenCount,
  /** What the newest call read and wrote: so much of the model's context is full. Absent: nobody told the calls one by one. */
  contextTokens: tokenCount.optional(),
});
export type TokenUsage = z.infer<typeof tokenUsage>;

/** With what is known of the model that wrote the answer, as it was then. */
export const answerUsage = tokenUsage.extend({
  model: z.string().optional(),
  contextWindow: tokenCount.optional(),
  /** Millionths of a US dollar. Absent: no price was set, or a model other than the chosen one answered. */
  costMicros: z.int().min(0).optional(),
});
export type AnswerUsage = z.infer<typeof answerUsage>;

/** What a turn adds to its answer, piece by piece: more text, more reasoning, a tool's call as it stands now, or a file that the agent made. */
export type PartEvent =
  | { readonly type: "delta"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | ToolCallPart
  | FilePart;

export function isPartEvent<Event extends { readonly type: string }>(event: Event): event is Extract<Event, PartEvent> {
  return event.type === "delta" || event.type === "reasoning" || event.type === "tool_call" || event.type === "file";
}

/** The parts after one more event. Text goes on in the last part if that is of its kind; a call that is known by its id takes the place of what was known. */
export function withEvent(parts: readonly MessagePart[], event: PartEvent): readonly MessagePart[] {
  if (event.type === "tool_call") {
    const at = parts.findIndex((part) => part.type === "tool_call" && part.id === event.id);
    return at < 0 ? [...parts, event] : parts.with(at, { ...parts[at], ...event });
  }
  if (event.type === "file") {
    return [...parts, event];
  }
  const type = event.type === "delta" ? "text" : "reasoning";
  const last = parts.at(-1);
  return last?.type === type
    ? parts.with(parts.length - 1, { type, text: last.text + event.text })
    : [...parts, { type, text: event.text }];
}

type AnswerEvent = PartEvent | { readonly type: "resumed"; readonly parts: readonly MessagePart[] } | { readonly type: string };

/** The parts after one more event of a turn, whatever it is. */
export function partsAfter(parts: readonly MessagePart[], event: AnswerEvent): readonly MessagePart[] {
  if (isPartEvent(event)) {
    return withEvent(parts, event);
  }
  return event.type === "resumed" && "parts" in event ? event.parts : parts;
}

/** What the message says, without what was thought and done on the way. Texts that something stood between are paragraphs of their own. */
export function textOfParts(parts: readonly MessagePart[]): string {
  return parts.flatMap((part) => (part.type === "text" && part.text !== "" ? [part.text] : [])).join("\n\n");
}

export function textParts(text: string): readonly MessagePart[] {
  return text === "" ? [] : [{ type: "text", text }];
}

/** The events that make `parts` of `known`, which came before it and lacks its end. Empty when `known` is not its beginning. */
export function eventsBetween(known: readonly MessagePart[], parts: readonly MessagePart[]): readonly PartEvent[] {
  const events: PartEvent[] = [];
  for (const [at, part] of parts.entries()) {
    const before = known[at];
    if (part.type === "tool_call") {
      if (before !== undefined && (before.type !== "tool_call" || before.id !== part.id)) return [];
      if (before?.state !== part.state || before.output !== part.output) events.push(part);
    } else if (part.type === "file") {
      if (before === undefined) events.push(part);
    } else if (part.type === "text" || part.type === "reasoning") {
      const said = before === undefined ? "" : before.type === part.type ? before.text : null;
      if (said === null || !part.text.startsWith(said)) return [];
      const text = part.text.slice(said.length);
      if (text !== "") events.push({ type: part.type === "text" ? "delta" : "reasoning", text });
    }
  }
  return events;
}
