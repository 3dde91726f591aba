import { z } from "zod";
import type { FieldFault } from "@mosaic/contracts/problem";
import { invalidFields } from "../../platform/errors/invalid-fields.js";

/** Of one text. What is longer belongs into a file. */
export const maxTextCharacters = 400_000;
const maxMessages = 4_000;
const maxTools = 128;
/** What a person calls a conversation in their own program. */
export const maxNameCharacters = 200;

/** A file in a message, as a `data:` URL has it. */
export interface ClientFile {
  readonly name: string;
  readonly base64: string;
}

/** A call of one of the program's own tools, as the program says it back. */
export interface ClientCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A message as a program sends it, whichever of OpenAI's forms it has. */
export interface ClientMessage {
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
  readonly files: readonly ClientFile[];
  /** Of an answer. */
  readonly calls: readonly ClientCall[];
  /** Of a tool's result: which call it is of. */
  readonly callId: string | null;
}

/** What a program asks of an agent, whichever of OpenAI's routes it uses. */
export interface ClientRequest {
  readonly model: string;
  readonly messages: readonly ClientMessage[];
  /** What the program tells the model about itself; empty if it says nothing. */
  readonly instructions: string;
  readonly isStreamed: boolean;
  /** It wants the usage in the stream, too. */
  readonly wantsUsage: boolean;
  /** The turn goes on when the program leaves. */
  readonly isBackground: boolean;
  readonly tools: readonly Record<string, unknown>[];
  readonly toolChoice: unknown;
  /** What the program calls the conversation in the body. */
  readonly names: readonly string[];
  /** The answer that it goes on from: the messages begin with that one. `null`: they are all that was said, or go on at the end. */
  readonly after: string | null;
  /** Fields that nothing here looks at. */
  readonly ignored: readonly string[];
}

const text = z.string().max(maxTextCharacters);
const name = z.string().min(1).max(255);

const textPart = z.looseObject({ type: z.enum(["text", "input_text", "output_text"]), text });
const refusalPart = z.looseObject({ type: z.literal("refusal"), refusal: text });
const imagePart = z.looseObject({ type: z.literal("image_url"), image_url: z.union([z.string(), z.looseObject({ url: z.string() })]) });
const filePart = z.looseObject({
  type: z.literal("file"),
  file: z.looseObject({ filename: name.optional(), file_data: z.string() }),
});
const part = z.discriminatedUnion("type", [textPart, refusalPart, imagePart, filePart]);
const content = z.union([text, z.array(part).max(200)]);

const call = z.looseObject({
  id: z.string().min(1).max(200),
  type: z.literal("function").optional(),
  function: z.looseObject({ name: z.string().min(1).max(200), arguments: text }),
});

const message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer"]), content }),
  z.looseObject({ role: z.literal("user"), content }),
  z.looseObject({ role: z.literal("assistant"), content: content.nullish(), tool_calls: z.array(call).max(maxTools).nullish() }),
  z.looseObject({ role: z.literal("tool"), content, tool_call_id: z.string().min(1).max(200) }),
]);

const tool = z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string().min(1).max(64) }) });

const chatBody = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(message).min(1).max(maxMessages),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(tool).max(maxTools).nullish(),
  tool_choice: z
    .union([
      z.enum(["none", "auto", "required"]),
      z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) }),
    ])
    .nullish(),
  user: z.string().max(512).nullish(),
  metadata: z.record(z.string().max(64), z.unknown()).nullish(),
  background: z.boolean().nullish(),
});

const known: ReadonlySet<string> = new Set(Object.keys(chatBody.shape));
const maxIgnored = 40;
const headerSafe = /^[\w.-]{1,64}$/;

/** Reads the body of `POST /v1/chat/completions`. Throws `invalid_input`, which names the fields. */
export function readChatRequest(body: unknown): ClientRequest {
  const read = chatBody.safeParse(body);
  if (!read.success) {
    throw invalidFields(faultsOf(read.error));
  }
  const { model, messages, stream, stream_options: options, tools, tool_choice: toolChoice, user, metadata, background } = read.data;
  const isInstruction = ({ role }: Message): boolean => role === "system" || role === "developer";
  return {
    model,
    messages: messages.flatMap((one, at) => (isInstruction(one) ? [] : [messageOf(one, `messages.${at}`)])),
    instructions: messages
      .filter(isInstruction)
      .map((one) => textOf(one.content ?? ""))
      .join("\n\n"),
    isStreamed: stream === true,
    wantsUsage: options?.include_usage === true,
    isBackground: background === true,
    tools: tools ?? [],
    toolChoice: toolChoice ?? null,
    names: namesOf(user, metadata),
    after: null,
    ignored: ignoredOf(read.data, known),
  };
}

/** What one text may be, all of a kind together may be. Throws `invalid_input`. `path`: of the field, for the fault. */
export function assertShort(text: string, path: string, what: string): void {
  if (text.length > maxTextCharacters) {
    throw invalidFields([{ path, message: `${what}: at most ${maxTextCharacters.toLocaleString("en")} characters together` }]);
  }
}

/** The conversation as a body names it: `metadata.conversation_id`, then a `user` that says `conv:…`. */
export function namesOf(user: string | null | undefined, metadata: Readonly<Record<string, unknown>> | null | undefined): string[] {
  const named = metadata?.["conversation_id"];
  const byUser = /^conv:(.+)$/s.exec(user ?? "")?.[1];
  return [...(typeof named === "string" ? [named] : []), ...(byUser === undefined ? [] : [byUser])];
}

/** Fields with a value that are not `known`, as a header can name them. */
export function ignoredOf(body: Readonly<Record<string, unknown>>, knownFields: ReadonlySet<string>): string[] {
  return Object.entries(body)
    .flatMap(([field, value]) =>
      knownFields.has(field) || value === null || value === undefined || !headerSafe.test(field) ? [] : [field],
    )
    .slice(0, maxIgnored);
}

export function faultsOf({ issues }: z.ZodError): FieldFault[] {
  return issues.slice(0, 20).map(({ path, message: words }) => ({ path: path.map(String).join("."), message: words }));
}

type Message = z.infer<typeof message>;
type Content = z.infer<typeof content>;

function messageOf(one: Message, path: string): ClientMessage {
  const said = one.content ?? "";
  return {
    role: one.role === "tool" ? "tool" : one.role === "assistant" ? "assistant" : "user",
    text: textOf(said),
    files: filesOf(said, `${path}.content`),
    calls:
      one.role === "assistant"
        ? (one.tool_calls ?? []).map(({ id, function: { name: called, arguments: given } }) => ({ id, name: called, arguments: given }))
        : [],
    callId: one.role === "tool" ? one.tool_call_id : null,
  };
}

function textOf(said: Content): string {
  if (typeof said === "string") {
    return said;
  }
  return said.flatMap((one) => ("text" in one ? [one.text as string] : "refusal" in one ? [one.refusal as string] : [])).join("\n\n");
}

function filesOf(said: Content, path: string): ClientFile[] {
  if (typeof said === "string") {
    return [];
  }
  return said.flatMap((one, at) => {
    if (one.type === "image_url") {
      const url = typeof one.image_url === "string" ? one.image_url : one.image_url.url;
      return [clientFile(url, `${path}.${at}.image_url.url`)];
    }
    return one.type === "file" ? [clientFile(one.file.file_data, `${path}.${at}.file.file_data`, one.file.filename)] : [];
  });
}

const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w.+-]+=[\w.+-]+)*;base64,/;
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** `path`: of the field, for the fault. */
export function clientFile(url: string, path: string, given?: string): ClientFile {
  const head = dataUrl.exec(url.slice(0, 300));
  const data = head === null ? "" : url.slice(head[0].length);
  if (head === null || data === "" || !base64.test(data)) {
    throw invalidFields([{ path, message: "Send the file itself, as a data: URL in base64. Mosaic fetches no addresses" }]);
  }
  const [kind = "file", ending = "bin"] = (head[1] ?? "").split("/");
  return { name: given ?? `${kind}.${ending.split("+", 1)[0] ?? ""}`, base64: data };
}
