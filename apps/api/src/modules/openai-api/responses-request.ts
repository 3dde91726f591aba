import { z } from "zod";
import { invalidFields } from "../../platform/errors/invalid-fields.js";
import {
  clientFile,
  faultsOf,
  ignoredOf,
  maxNameCharacters,
  maxTextCharacters,
  namesOf,
  type ClientFile,
  type ClientMessage,
  type ClientRequest,
} from "./chat-request.js";
import { messageOf } from "./program-message.js";

const maxItems = 4_000;
const maxTools = 128;

/** What a response says back of its request. */
export interface ResponseTold {
  readonly instructions: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly previousResponseId: string | null;
  readonly conversation: string | null;
  readonly isBackground: boolean;
  readonly isStored: boolean;
  readonly user: string | null;
  readonly tools: readonly unknown[];
  readonly toolChoice: unknown;
}

/** A request in the form of OpenAI's responses. */
export interface ResponsesRequest {
  /** If it goes on from an answer, its messages are only what has been said since. */
  readonly request: ClientRequest;
  /** A name as `X-Mosaic-Conversation` has it. */
  readonly conversation: string | null;
  /** The field that names the answer which the request goes on from. */
  readonly afterPath: string;
  readonly told: ResponseTold;
}

const text = z.string().max(maxTextCharacters);
const id = z.string().min(1).max(200);

const textPart = z.looseObject({ type: z.enum(["input_text", "output_text", "text"]), text });
const refusalPart = z.looseObject({ type: z.literal("refusal"), refusal: text });
const imagePart = z.looseObject({ type: z.literal("input_image"), image_url: z.string().nullish() });
const filePart = z.looseObject({
  type: z.literal("input_file"),
  filename: z.string().min(1).max(255).nullish(),
  file_data: z.string().nullish(),
});
// A union of a text and a list would not say which item of the list is wrong.
const content = z.preprocess(
  (value) => (typeof value === "string" ? [{ type: "input_text", text: value }] : value),
  z.array(z.discriminatedUnion("type", [textPart, refusalPart, imagePart, filePart])).max(200),
);

const item = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("message"), role: z.enum(["user", "assistant", "system", "developer"]), content }),
  z.looseObject({ type: z.literal("function_call"), call_id: id, name: id, arguments: text }),
  z.looseObject({ type: z.literal("function_call_output"), call_id: id, output: content }),
  z.looseObject({ type: z.literal("item_reference"), id }),
  z.looseObject({ type: z.literal("reasoning") }),
]);

const tool = z
  .looseObject({ type: z.string(), name: z.string().min(1).max(64).nullish() })
  .refine(({ type, name }) => type !== "function" || typeof name === "string", { path: ["name"], message: "A function needs a name" });

const responsesBody = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.preprocess(
    (value) => (typeof value === "string" ? [{ role: "user", content: value }] : value),
    z.array(z.preprocess(typed, item)).min(1).max(maxItems),
  ),
  instructions: text.nullish(),
  stream: z.boolean().nullish(),
  tools: z.array(tool).max(maxTools).nullish(),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), z.looseObject({ type: z.string(), name: z.string().nullish() })]).nullish(),
  user: z.string().max(512).nullish(),
  metadata: z.record(z.string().max(64), z.unknown()).nullish(),
  previous_response_id: z.string().max(200).nullish(),
  conversation: z.union([z.string().max(maxNameCharacters), z.looseObject({ id: z.string().max(maxNameCharacters) })]).nullish(),
  background: z.boolean().nullish(),
  store: z.boolean().nullish(),
});

type Body = z.infer<typeof responsesBody>;
type Item = z.infer<typeof item>;
type Content = z.infer<typeof content>;

const known: ReadonlySet<string> = new Set(Object.keys(responsesBody.shape));

/** Reads the body of `POST /v1/responses`. Throws `invalid_input`, which names the fields. */
export function readResponsesRequest(body: unknown): ResponsesRequest {
  const read = responsesBody.safeParse(body);
  if (!read.success) {
    throw invalidFields(faultsOf(read.error));
  }
  const asked = read.data;
  const conversation = (typeof asked.conversation === "string" ? asked.conversation : asked.conversation?.id) ?? null;
  const previousId = asked.previous_response_id ?? null;
  if (conversation !== null && previousId !== null) {
    throw invalidFields([{ path: "previous_response_id", message: "Give a conversation or the response before, not both" }]);
  }
  const input = readInput(asked.input);
  const after = previousId === null ? input.after : { answerId: answerIdOf(previousId, responseId), path: "previous_response_id" };
  if (after?.answerId === null) {
    throw noSuchAnswer(after.path);
  }
  const request = clientRequestOf(asked, input, after?.answerId ?? null);
  // Thrown here, a fault names the field that this route has.
  messageOf(request, "input");
  return {
    request,
    conversation,
    afterPath: after?.path ?? "",
    told: toldOf(asked, conversation),
  };
}

/** The same words for a missing one and another person's. */
export function noSuchAnswer(path: string): Error {
  return invalidFields([{ path, message: "This model has given no such response" }]);
}

function clientRequestOf(asked: Body, input: ReadInput, after: string | null): ClientRequest {
  const isFunction = ({ type }: { readonly type: string }): boolean => type === "function";
  const choice = asked.tool_choice ?? null;
  const isOtherChoice = choice !== null && typeof choice !== "string" && !isFunction(choice);
  const others = Object.fromEntries((asked.tools ?? []).flatMap((one) => (isFunction(one) ? [] : [[`tools.${one.type}`, true]])));
  const unseen = { ...input.ignored, ...others, ...(isOtherChoice ? { "tool_choice.type": true } : {}) };
  return {
    model: asked.model,
    messages: input.messages,
    instructions: [asked.instructions ?? "", ...input.instructions].filter((one) => one !== "").join("\n\n"),
    isStreamed: asked.stream === true,
    wantsUsage: true,
    isBackground: asked.background === true,
    tools: (asked.tools ?? []).filter(isFunction).map(chatToolOf),
    toolChoice: isOtherChoice
      ? null
      : choice !== null && typeof choice !== "string"
        ? { type: "function", function: { name: choice.name ?? "" } }
        : choice,
    names: namesOf(asked.user, asked.metadata),
    after,
    ignored: ignoredOf({ ...asked, ...unseen }, known),
  };
}

/** As a chat completion has it. */
function chatToolOf({ type, ...definition }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { type, function: Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== null)) };
}

function toldOf(asked: Body, conversation: string | null): ResponseTold {
  return {
    instructions: asked.instructions ?? null,
    metadata: asked.metadata ?? {},
    previousResponseId: asked.previous_response_id ?? null,
    conversation,
    isBackground: asked.background === true,
    isStored: asked.store !== false,
    user: asked.user ?? null,
    tools: asked.tools ?? [],
    toolChoice: asked.tool_choice ?? "auto",
  };
}

interface ReadInput {
  readonly messages: readonly ClientMessage[];
  readonly instructions: readonly string[];
  /** The last answer that the input only names. `answerId`: `null` if it is no name of one. */
  readonly after: { readonly answerId: string | null; readonly path: string } | null;
  /** Kinds of items that nothing here looks at. */
  readonly ignored: Readonly<Record<string, true>>;
}

/**
 * A program may name an answer instead of saying it again, as the AI SDK does. All that was said until then is in the conversation that has it, so only what
 * follows the last one named is read.
 */
function readInput(input: readonly Item[]): ReadInput {
  const last = input.findLastIndex(({ type }) => type === "item_reference");
  const reference = input[last];
  const isInstruction = (one: Item): boolean => one.type === "message" && (one.role === "system" || one.role === "developer");
  const messages: ClientMessage[] = [];
  for (const [at, one] of input.entries()) {
    if (at > last && !isInstruction(one)) {
      addItem(messages, one, `input.${at}`);
    }
  }
  return {
    messages,
    instructions: input.flatMap((one) => (one.type === "message" && isInstruction(one) ? [textOf(one.content)] : [])),
    after: reference?.type === "item_reference" ? { answerId: answerIdOf(reference.id, itemId), path: `input.${last}.id` } : null,
    ignored: input.some(({ type }) => type === "reasoning") ? { "input.reasoning": true } : {},
  };
}

function addItem(messages: ClientMessage[], one: Item, path: string): void {
  if (one.type === "message") {
    messages.push(said(one.role === "assistant" ? "assistant" : "user", textOf(one.content), filesOf(one.content, `${path}.content`)));
  } else if (one.type === "function_call") {
    const call = { id: one.call_id, name: one.name, arguments: one.arguments };
    const before = messages.at(-1);
    // An answer and its calls are one message to whoever compares it with what is stored.
    const answer = before?.role === "assistant" ? messages.pop() : undefined;
    messages.push({ ...(answer ?? said("assistant", "")), calls: [...(answer?.calls ?? []), call] });
  } else if (one.type === "function_call_output") {
    messages.push({ ...said("tool", textOf(one.output), filesOf(one.output, `${path}.output`)), callId: one.call_id });
  }
}

function said(role: ClientMessage["role"], words: string, files: readonly ClientFile[] = []): ClientMessage {
  return { role, text: words, files, calls: [], callId: null };
}

function textOf(words: Content): string {
  return words.flatMap((one) => ("text" in one ? [one.text as string] : "refusal" in one ? [one.refusal as string] : [])).join("\n\n");
}

function filesOf(words: Content, path: string): ClientFile[] {
  return words.flatMap((one, at) => {
    if (one.type === "input_image") {
      return [clientFile(one.image_url ?? "", `${path}.${at}.image_url`)];
    }
    return one.type === "input_file" ? [clientFile(one.file_data ?? "", `${path}.${at}.file_data`, one.filename ?? undefined)] : [];
  });
}

const responseId = /^resp_([0-9a-f-]{36})$/i;
const itemId = /^(?:msg_([0-9a-f-]{36})|fc_([0-9a-f-]{36})_\d{1,4})$/i;
const uuid = z.uuid();

function answerIdOf(named: string, form: RegExp): string | null {
  const found = form.exec(named);
  const answerId = found?.[1] ?? found?.[2];
  return uuid.safeParse(answerId).data ?? null;
}

/** A message may leave out that it is one. */
function typed(value: unknown): unknown {
  return typeof value === "object" && value !== null && !("type" in value) ? { type: "message", ...value } : value;
}
