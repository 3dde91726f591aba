import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { messageStatus, type Message, type TurnEvent } from "@mosaic/contracts/chat";
import { partsAfter, textOfParts, type MessagePart, type PartEvent, type ToolCallPart } from "@mosaic/contracts/message-parts";
import fc from "fast-check";
import OpenAI, { APIError } from "openai";
import { expect, test } from "vitest";
import { ChatFrames, clientCallsOf, endingOf, type FrameOptions } from "./chat-frames.js";

const head = { answerId: "0190f0f0-0000-7000-8000-000000000001", model: "openclaw/robin", createdAt: new Date("2026-01-02T03:04:05Z") };
const quiet: FrameOptions = { wantsUsage: false, wantsEvents: false };

/** Of both readers. */
interface ReadAnswer {
  readonly text: string;
  readonly finishes: readonly string[];
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly totalTokens: number | null;
  readonly error: string | null;
}

function framesOf(events: readonly TurnEvent[], options: FrameOptions = quiet): string {
  const frames = new ChatFrames(head, options);
  const written = frames.begin() + events.map((event) => frames.next(event)).join("");
  expect(events.map((event) => frames.next(event)).join("")).toBe("");
  return written;
}

/** As a network hands it on. */
function inPieces(bytes: Uint8Array<ArrayBuffer>, cuts: readonly number[]): () => Response {
  return () => {
    const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other);
    const pieces = ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end)).filter(({ length }) => length > 0);
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces.shift();
        return piece === undefined ? controller.close() : controller.enqueue(piece);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  };
}

const encoded = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));

async function readByOpenAi(respond: () => Response): Promise<ReadAnswer> {
  const client = new OpenAI({ apiKey: "none", baseURL: "http://mosaic.test/v1", maxRetries: 0, fetch: async () => respond() });
  const answer = { text: "", finishes: [] as string[], calls: [] as ReadAnswer["calls"][number][], totalTokens: null as number | null };
  try {
    const stream = await client.chat.completions.create({ model: head.model, messages: [], stream: true });
    for await (const { choices, usage } of stream) {
      const [choice] = choices;
      answer.text += choice?.delta.content ?? "";
      answer.finishes.push(...(choice?.finish_reason == null ? [] : [choice.finish_reason]));
      answer.totalTokens = usage?.total_tokens ?? answer.totalTokens;
      for (const { id = "", function: called } of choice?.delta.tool_calls ?? []) {
        answer.calls.push({ id, name: called?.name ?? "", arguments: called?.arguments ?? "" });
      }
    }
    return { ...answer, error: null };
  } catch (error) {
    if (!(error instanceof APIError)) {
      throw error;
    }
    return { ...answer, error: (error.error as { message: string }).message };
  }
}

async function readByAiSdk(respond: () => Response): Promise<ReadAnswer> {
  const provider = createOpenAICompatible({
    name: "mosaic",
    baseURL: "http://mosaic.test/v1",
    includeUsage: true,
    fetch: async () => respond(),
  });
  const { stream } = await provider.chatModel(head.model).doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "x" }] }] });
  const answer = { text: "", finishes: [] as string[], calls: [] as ReadAnswer["calls"][number][], totalTokens: null as number | null };
  let error: string | null = null;
  for await (const part of stream) {
    if (part.type === "text-delta") {
      answer.text += part.delta;
    } else if (part.type === "tool-call") {
      answer.calls.push({ id: part.toolCallId, name: part.toolName, arguments: part.input });
    } else if (part.type === "error") {
      error = typeof part.error === "string" ? part.error : (part.error as Error).message;
    } else if (part.type === "finish") {
      const { inputTokens, outputTokens } = part.usage;
      answer.totalTokens = inputTokens.total === undefined ? null : inputTokens.total + (outputTokens.total ?? 0);
      answer.finishes.push(...(error === null ? [part.finishReason.raw ?? "none"] : []));
    }
  }
  return { ...answer, error };
}

/** Of Python's `splitlines`, which knows more of them than any other reader. */
const lineEnds = "\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029".split("");

/** What OpenAI's API writes, and nothing else. */
function assertStrict(written: string): void {
  const frames = written.split("\n\n");
  expect(frames.pop()).toBe("");
  expect(frames.pop()).toBe("data: [DONE]");
  const chunks = frames.map((frame) => {
    expect(frame).toMatch(/^data: ./);
    expect(lineEnds.filter((end) => frame.includes(end))).toEqual([]);
    return JSON.parse(frame.slice("data: ".length)) as Record<string, unknown>;
  });
  const choices = chunks.map(({ choices: all }) => (all as { delta: object; finish_reason: string | null }[] | undefined)?.[0]);
  const finishes = choices.flatMap((choice) => (choice?.finish_reason == null ? [] : [choice.finish_reason]));
  const errors = chunks.filter((chunk) => "error" in chunk);
  expect(finishes.length + errors.length).toBe(1);
  expect(errors).toEqual(chunks.slice(-1).filter((chunk) => "error" in chunk));
  expect(choices.flatMap((choice, at) => (choice !== undefined && "role" in choice.delta ? [at] : []))).toEqual([0]);
  expect(new Set(chunks.filter((chunk) => !("error" in chunk)).map(({ id }) => id))).toEqual(new Set([`chatcmpl-${head.answerId}`]));
}

const piece = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "",
    "\r",
    "\n",
    "\r\n",
    "\n\n",
    "\u2028",
    "\u2029",
    "\u0085",
    "\ud83d",
    "\ude00",
    "😀",
    "[DONE]",
    "data: [DONE]\n\n",
    "\ndata: {}\n\nevent: x\nid: 1\n\n",
    ": keepalive\n",
    "\u0000",
    "\ufeff",
    "\\u2028",
    "</script>",
  ),
);
const toolId = fc.constantFrom("a", "b", "c");
const state = fc.constantFrom("running" as const, "completed" as const, "failed" as const);
const event: fc.Arbitrary<PartEvent> = fc.oneof(
  { weight: 6, arbitrary: piece.map((text) => ({ type: "delta" as const, text })) },
  { weight: 2, arbitrary: piece.map((text) => ({ type: "reasoning" as const, text })) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("tool_call" as const), id: toolId, name: fc.constant("exec"), state, output: piece }),
  },
  {
    weight: 1,
    arbitrary: piece.map((name) => ({ type: "file" as const, name, mediaType: "text/plain", sizeBytes: 1 })),
  },
);
const clientCall: fc.Arbitrary<ToolCallPart> = fc.record({
  type: fc.constant("tool_call" as const),
  id: fc.constantFrom("call_1", "call_2"),
  name: fc.constant("look_up"),
  state: fc.constant("running" as const),
  isForClient: fc.constant(true as const),
  arguments: fc.constantFrom("{}", '{"text":"\u2028 [DONE]\\n"}'),
});
const errorCode = fc.constantFrom("answer_cut" as const, "agent_broke_off" as const, "provider_refused" as const, null);

interface History {
  readonly events: readonly TurnEvent[];
  readonly message: Message;
  /** No process told another answer than the one before it. */
  readonly isOne: boolean;
}

/** What a turn tells one reader, if a process dies on the way or none does. */
const history: fc.Arbitrary<History> = fc
  .record({
    told: fc.array(event, { maxLength: 14 }),
    calls: fc.array(clientCall, { maxLength: 2 }),
    death: fc.option(
      fc.record({ heard: fc.nat(14), logged: fc.nat(14), isOther: fc.boolean(), others: fc.array(event, { maxLength: 4 }) }),
    ),
    status: fc.constantFrom(...messageStatus.options.filter((status) => status !== "streaming")),
    errorCode,
    hasUsage: fc.boolean(),
  })
  .map(({ told, calls, death, status, errorCode: code, hasUsage }) => {
    // A turn with tools of its program's is gone on with by no other process.
    const asked = death === null ? calls.filter(({ id }, at) => calls.findIndex((other) => other.id === id) === at) : [];
    const all: TurnEvent[] = [...told, ...asked];
    const lasting = death === null ? all : [...all.slice(0, death.logged), ...(death.isOther ? death.others : all.slice(death.logged))];
    const resumed: TurnEvent[] =
      death === null
        ? all
        : [
            ...all.slice(0, death.heard),
            { type: "resumed", parts: [...partsOf(lasting.slice(0, death.logged))] },
            ...lasting.slice(death.logged),
          ];
    const message = messageOf(partsOf(lasting), { status, code: status === "complete" || status === "stopped" ? null : code, hasUsage });
    return { events: [...resumed, { type: "done", message, problem: null }], message, isOne: death === null || !death.isOther };
  });

function partsOf(events: readonly TurnEvent[]): readonly MessagePart[] {
  return events.reduce<readonly MessagePart[]>(partsAfter, []);
}

function messageOf(
  parts: readonly MessagePart[],
  { status = "complete", code = null, hasUsage = false }: { status?: Message["status"]; code?: string | null; hasUsage?: boolean } = {},
): Message {
  return {
    id: head.answerId,
    role: "assistant",
    content: textOfParts(parts),
    parts: [...parts],
    usage: hasUsage ? { inputTokens: 7, outputTokens: 5, cachedTokens: 3 } : null,
    status,
    error: code === null ? null : ({ code, title: "It broke", detail: "It broke off." } as Message["error"]),
    createdAt: head.createdAt.toISOString(),
  };
}

test("whatever a turn tells, and wherever its bytes are cut, both parsers read the same answer, whole", async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.record({ wantsUsage: fc.boolean(), wantsEvents: fc.boolean() }),
      fc.array(fc.nat(100_000), { maxLength: 12 }),
      async ({ events, message, isOne }, options, cuts) => {
        const written = framesOf(events, options);
        assertStrict(written);
        const respond = inPieces(encoded(written), cuts);
        const [one, other] = [await readByOpenAi(respond), await readByAiSdk(respond)];
        expect(other).toEqual(one);
        const ending = endingOf(message);
        if (isOne) {
          expect(one.error === null).toBe(ending.kind === "finished");
          expect(one.text).toBe(message.content);
        }
        if (one.error === null) {
          expect(one.text.startsWith(message.content)).toBe(true);
          expect(one.finishes).toEqual(ending.kind === "finished" ? [ending.reason] : []);
          expect(one.calls).toEqual(clientCallsOf(message).map(({ id, name, arguments: given }) => ({ id, name, arguments: given })));
          expect(one.totalTokens).toBe(options.wantsUsage && message.usage !== null ? 12 : null);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const delta = (text: string): TurnEvent => ({ type: "delta", text });
const tool = (at: ToolCallPart["state"]): ToolCallPart => ({
  type: "tool_call",
  id: "t1",
  name: "exec",
  state: at,
  input: '{"command":"ls"}',
});
const lookUp: ToolCallPart = {
  type: "tool_call",
  id: "call_1",
  name: "look_up",
  state: "running",
  isForClient: true,
  input: '{"q"…',
  arguments: '{"q":"cats"}',
};

function turn(events: readonly TurnEvent[], end: Parameters<typeof messageOf>[1] = {}): TurnEvent[] {
  return [...events, { type: "done", message: messageOf(partsOf(events), end), problem: null }];
}

const turns: Readonly<Record<string, { readonly events: readonly TurnEvent[]; readonly options?: FrameOptions }>> = {
  "nothing was said": { events: turn([]) },
  "two words, with usage": { events: turn([delta("Hello"), delta(" you")], { hasUsage: true }), options: { ...quiet, wantsUsage: true } },
  "usage was asked for, and nobody counted": { events: turn([delta("Hello")]), options: { ...quiet, wantsUsage: true } },
  "line ends, halves of a character and what looks like frames": {
    events: turn([
      delta("a\r\nb\u2028c\u2029d\u0085e"),
      delta("\ud83d"),
      delta("\ude00"),
      delta("\n\ndata: [DONE]\n\nid: 1"),
      delta("[DONE]"),
    ]),
  },
  "a tool ran, and its end came while the text went on": {
    events: turn([delta("I look."), tool("running"), delta("Found"), tool("completed"), delta(" it.")]),
  },
  "the same for a program that wants events": {
    events: turn([{ type: "reasoning", text: "Hm." }, delta("I look."), tool("running"), delta("Found"), tool("completed"), delta(" it.")]),
    options: { wantsUsage: false, wantsEvents: true },
  },
  "a call of the program's own tool": {
    events: turn([delta("One moment."), lookUp], { hasUsage: true }),
    options: { wantsUsage: true, wantsEvents: true },
  },
  "a call that only the end tells": { events: [{ type: "done", message: messageOf([lookUp]), problem: null }] },
  stopped: { events: turn([delta("Once upon")], { status: "stopped" }) },
  "the model's limit cut it": { events: turn([delta("Once upon")], { status: "failed", code: "answer_cut" }) },
  "it failed after some words": { events: turn([delta("Once upon")], { status: "failed", code: "agent_broke_off" }) },
  "another process went on": {
    events: [
      delta("One "),
      delta("two "),
      { type: "resumed", parts: [{ type: "text", text: "One " }] },
      ...turn([delta("One "), delta("two "), delta("three")]).slice(1),
    ],
  },
  "another process told another answer": {
    events: [
      delta("One "),
      delta("two "),
      { type: "resumed", parts: [{ type: "text", text: "One " }] },
      delta("more"),
      ...turn([delta("One "), delta("more")]).slice(-1),
    ],
  },
};

test("the bytes of these turns are what they were", async () => {
  const told = Object.entries(turns).map(([name, { events, options }]) => `# ${name}\n${framesOf(events, options)}`);
  await expect(told.join("\n")).toMatchFileSnapshot("chat-frames.golden.snap");
  for (const { events, options } of Object.values(turns)) {
    assertStrict(framesOf(events, options));
  }
});

test("silence between frames, and in the middle of nothing, changes no answer", async () => {
  const frames = framesOf(turn([delta("Hello"), delta(" you")])).split(/(?<=\n\n)/);
  const respond = inPieces(encoded([": keepalive\n", ...frames.flatMap((frame) => [frame, ": keepalive\n"])].join("")), []);
  const [one, other] = [await readByOpenAi(respond), await readByAiSdk(respond)];
  expect([one, one.text]).toEqual([other, "Hello you"]);
});
