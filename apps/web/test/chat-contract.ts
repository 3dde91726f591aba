import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Agent } from "@mosaic/contracts/agent";
import type { Message, OwnerEvent, TurnEvent, WaitingMessage } from "@mosaic/contracts/chat";
import type { ConversationList } from "@mosaic/contracts/conversations";
import type { Folder } from "@mosaic/contracts/folders";
import { problems, type ProblemCode } from "@mosaic/contracts/problem";
import {
  delay,
  find,
  openStream,
  patch,
  Refusal,
  remove,
  type Call,
  type Context,
  type ContractTurn,
  type Routes,
} from "@/test/contract-call";
import { textParts } from "@mosaic/contracts/message-parts";
import { sampleConversation, sampleMessage, type ContractState } from "@/test/contract-state";

const now = (): string => new Date().toISOString();

/** Conversations, turns and live events. What a message makes it answer is told at `startContractServer`. */
export const chatRoutes: Routes = {
  "GET /api/conversations": ({ state, request }) => listPageOf(state, new URL(request.url ?? "", "http://local").searchParams),
  "POST /api/conversations": ({ state, body }) => {
    const { agentId, ...folder } = body as { agentId: string; folderId?: string };
    const added = sampleConversation({ agentId, ...folder });
    state.conversations.unshift(added);
    return added;
  },
  "GET /api/conversations/:id": ({ state, parts }) => ({
    ...find(state.conversations, parts[1]),
    ...pageOf(state.messages.get(parts[1] ?? "") ?? []),
    waiting: state.waiting.get(parts[1] ?? "") ?? [],
    draft: state.drafts.get(parts[1] ?? "") ?? null,
  }),
  "GET /api/folders": ({ state }) => ({ folders: state.folders }),
  "POST /api/folders": ({ state, body }) => {
    const { name, instructions = "" } = body as { name: string; instructions?: string };
    const added: Folder = { id: randomUUID(), name, instructions, createdAt: now() };
    state.folders.push(added);
    return added;
  },
  "PATCH /api/folders/:id": (call) => patch(call.state.folders, call),
  "DELETE /api/folders/:id": (call) => {
    remove(call.state.folders, call);
    for (const one of call.state.conversations) if (one.folderId === call.parts[1]) delete one.folderId;
  },
  "POST /api/conversations/:id/read": ({ state, parts }) => {
    find(state.conversations, parts[1]).isUnread = false;
  },
  "GET /api/conversations/:id/draft": ({ state, parts }) => ({ draft: state.drafts.get(parts[1] ?? "") ?? null }),
  "PUT /api/conversations/:id/draft": ({ context, state, body, parts }) => {
    if (context.refuses.has("PUT draft")) throw new Refusal("overloaded");
    const [revision, content] = [String(body["revision"]), String(body["content"])];
    state.drafts.set(parts[1] ?? "", { revision, content, updatedAt: now() });
  },
  "DELETE /api/conversations/:id/draft": ({ state, parts, request }) => {
    const isKept = request.url?.endsWith(`?revision=${state.drafts.get(parts[1] ?? "")?.revision}`) !== true;
    if (!isKept) state.drafts.delete(parts[1] ?? "");
  },
  "GET /api/conversations/:id/messages": ({ state, parts, request }) => {
    const messages = state.messages.get(find(state.conversations, parts[1]).id) ?? [];
    const before = find(messages, /\?before=([\w-]+)$/.exec(request.url ?? "")?.[1]);
    return { ...pageOf(messages.slice(0, messages.indexOf(before))), hasNewer: true };
  },
  "PATCH /api/conversations/:id": (call) => {
    const { updatedAt, isArchived } = find(call.state.conversations, call.parts[1]);
    const isPinned = call.body["isArchived"] === true ? { isPinned: false } : {};
    const changed = Object.assign(patch(call.state.conversations, call), { updatedAt, isArchived, ...call.body, ...isPinned });
    if (call.body["folderId"] === null) delete changed.folderId;
    return changed;
  },
  "DELETE /api/conversations/:id": (call) => {
    call.state.deleted.push(find(call.state.conversations, call.parts[1]));
    remove(call.state.conversations, call);
  },
  "POST /api/conversations/:id/restore": ({ state, parts }) => {
    const restored = find(state.deleted, parts[1]);
    state.deleted = state.deleted.filter((other) => other !== restored);
    state.conversations.push(restored);
    return restored;
  },
  "GET /api/shares": ({ state }) => {
    if (state.shares === null) throw new Refusal("overloaded");
    return state.shares;
  },
  "POST /api/search": ({ state, body }) => ({
    hits: state.conversations
      .filter(({ title }) => title.toLowerCase().includes(String(body["q"]).toLowerCase()))
      .map(({ id, agentId, title }) => ({ conversationId: id, agentId, title: { text: title, marks: [] }, message: null })),
    cursor: null,
    isIndexing: false,
  }),
  "POST /api/conversations/:id/messages": (call) => runTurn(call),
  "GET /api/turns/:id/events": ({ context, request, response, parts }) => {
    if (context.refuses.has("GET events")) throw new Refusal("overloaded");
    const turn = turnOf(context, parts[1]);
    turn.readings += 1;
    read(turn, response, Number(request.headers["last-event-id"] ?? 0));
  },
  "POST /api/files": ({ request: { headers } }) => ({
    id: randomUUID(),
    name: String(headers["x-file-name"]),
    mediaType: "text/plain",
    sizeBytes: Number(headers["content-length"]),
  }),
  "GET /api/conversations/:id/waiting": ({ state, parts }) => ({ waiting: state.waiting.get(parts[1] ?? "") ?? [] }),
  "POST /api/conversations/:id/waiting": ({ context, state, body, parts }) => {
    const id = parts[1] ?? "";
    const isAnswering = [...context.turns.values()].some((turn) => turn.conversationId === id && !isOver(turn));
    if (!isAnswering) throw new Refusal("nothing_to_wait_for");
    if (String(body["content"]).includes("reject")) throw new Refusal("too_many_requests");
    const added: WaitingMessage = { id: randomUUID(), content: String(body["content"]), isNext: false, createdAt: now() };
    state.waiting.set(id, [...(state.waiting.get(id) ?? []), added]);
    return added;
  },
  "DELETE /api/waiting/:id": ({ state, parts }) => void takeWaiting(state, parts[1] ?? ""),
  "POST /api/waiting/:id/send": ({ context, state, parts }) => {
    const { conversationId, content } = takeWaiting(state, parts[1] ?? "");
    for (const turn of context.turns.values()) turn.isStopped ||= turn.conversationId === conversationId;
    void answerWaiting(context, conversationId, content);
  },
  "POST /api/turns/:id/stop": ({ context, parts }) => {
    if (context.refuses.has("POST stop")) throw new Refusal("overloaded");
    turnOf(context, parts[1]).isStopped = true;
  },
  "GET /api/events": ({ context, response, request }) => {
    openStream(response);
    const listener = (event: OwnerEvent): void => void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    context.listeners.add(listener);
    request.on("close", () => context.listeners.delete(listener));
  },
};

const pageSize = 100;

const pageOf = (messages: readonly Message[]): { messages: readonly Message[]; hasOlder: boolean } => ({
  messages: messages.slice(-pageSize),
  hasOlder: messages.length > pageSize,
});

const conversationsPerPage = 50;

/** As the API lists them; its cursors are the number of those before, in the form of the contract. */
const listPageOf = (state: ContractState, query: URLSearchParams): ConversationList => {
  const [agentId, folderId, isArchived] = [query.get("agentId"), query.get("folderId"), query.get("isArchived") === "true"];
  const listed = state.conversations
    .filter((one) => one.isArchived === isArchived && (agentId === null || one.agentId === agentId))
    .filter((one) => folderId === null || one.folderId === folderId)
    .toSorted((a, b) => Number(b.isPinned) - Number(a.isPinned) || b.updatedAt.localeCompare(a.updatedAt));
  const before = Number(query.get("cursor")?.split(".")[1] ?? 0);
  const end = before + conversationsPerPage;
  return {
    conversations: listed.slice(before, end),
    nextCursor: end < listed.length ? `1.${end}.00000000-0000-7000-8000-000000000000` : null,
  };
};

const markdown = [
  "Here is a small example that reads a file line by line:\n\n",
  '```ts\nimport { open } from "node:fs/promises";\n\nconst file = await open("notes.txt");\nfor await (const line of file.readLines()) {\n  console.log(line.toUpperCase());\n}\n```\n\n',
  "A few things to know:\n\n1. `readLines()` is **lazy**: it does not load the whole file.\n2. The handle is closed for you at the end.\n\n",
  "| Way | Memory |\n| --- | --- |\n| `readFile` | the whole file |\n| `readLines` | one line |\n\n",
  "See the [Node.js documentation](https://nodejs.org/api/fs.html) for more.",
];

const answerTo = (content: string): string[] => {
  if (content.includes("code")) return markdown.flatMap((part) => part.match(/[\s\S]{1,12}/g) ?? []);
  const text = `You said: ${content}`;
  const long = content.includes("long")
    ? Array.from(
        { length: 60 },
        (_, line) => `\n\nParagraph ${line + 1} of a long answer that goes on for a while, so that the page has something to scroll.`,
      )
    : [];
  return [...(text.match(/[\s\S]{1,8}/g) ?? []), ...long];
};

const turnOf = ({ turns }: Context, id: string | undefined): ContractTurn => {
  const turn = turns.get(id ?? "");
  if (!turn) throw new Refusal("not_found");
  return turn;
};

const numbered = (event: TurnEvent, number: number): string => `id: ${number}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

const isOver = ({ events }: ContractTurn): boolean => events.at(-1)?.type === "done";

const read = (turn: ContractTurn, response: ServerResponse, after: number): void => {
  openStream(response);
  turn.events.forEach((event, index) => (index < after ? undefined : response.write(numbered(event, index + 1))));
  if (isOver(turn)) {
    response.end();
    return;
  }
  turn.readers.add(response);
  response.on("close", () => turn.readers.delete(response));
};

const say = (turn: ContractTurn, event: TurnEvent): void => {
  turn.events.push(event);
  for (const reader of turn.readers) {
    reader.write(numbered(event, turn.events.length));
    if (event.type === "done") reader.end();
  }
};

/** A turn of another page. */
export interface OtherTurn {
  readonly answer: Message;
  readonly say: (text: string) => void;
  readonly end: (status: "complete" | "stopped") => void;
  /** How many times a page has come to read it. */
  readonly readings: () => number;
}

export const beginOther = (context: Context, conversationId: string, content: string): OtherTurn => {
  const { turn, answer } = beginTurn(context, conversationId, content);
  return {
    answer,
    say: (text) => {
      addText(answer, text);
      say(turn, { type: "delta", text });
    },
    end: (status) => {
      answer.status = status;
      say(turn, { type: "done", message: answer, problem: null });
    },
    readings: () => turn.readings,
  };
};

const addText = (answer: Message, text: string): void => {
  answer.content += text;
  answer.parts = [...textParts(answer.content)];
};

const beginTurn = (context: Context, conversationId: string, content: string): { turn: ContractTurn; answer: Message } => {
  const messages = context.state.messages.get(conversationId) ?? [];
  context.state.messages.set(conversationId, messages);
  const question = sampleMessage({ role: "user", content });
  const answer = sampleMessage({ status: "streaming" });
  messages.push(question, answer);
  const turn: ContractTurn = { conversationId, events: [], readers: new Set(), isStopped: false, isLetGo: false, readings: 0 };
  context.turns.set(answer.id, turn);
  const { title } = find(context.state.conversations, conversationId);
  say(turn, { type: "accepted", userMessage: question, answerId: answer.id, title });
  return { turn, answer };
};

const runTurn = async ({ context, state, body, response, parts }: Call): Promise<undefined> => {
  const conversation = find(state.conversations, parts[1]);
  const agent = find([...state.agents, ...state.admin.systemAgents], conversation.agentId);
  const content = String(body["content"]);
  if (content.includes("reject")) throw new Refusal("turn_in_progress");
  if ((state.messages.get(conversation.id) ?? []).length === 0) conversation.title = content.slice(0, 60);
  const { turn, answer } = beginTurn(context, conversation.id, content);
  read(turn, response, 0);
  await speak(turn, answer, { agent, content, paceMs: state.paceMs });
  conversation.updatedAt = now();
  if (!isOver(turn)) say(turn, { type: "done", message: answer, problem: null });
  const [next] = state.waiting.get(conversation.id) ?? [];
  if (answer.status === "complete" && next !== undefined) void answerWaiting(context, conversation.id, takeWaiting(state, next.id).content);
  return undefined;
};

const takeWaiting = ({ waiting }: ContractState, id: string): { conversationId: string; content: string } => {
  for (const [conversationId, messages] of waiting) {
    const found = messages.find((message) => message.id === id);
    if (found === undefined) continue;
    waiting.set(
      conversationId,
      messages.filter((message) => message !== found),
    );
    return { conversationId, content: found.content };
  }
  throw new Refusal("not_found");
};

/** As the server does it by itself once the answer before is over. */
const answerWaiting = async (context: Context, conversationId: string, content: string): Promise<void> => {
  const before = [...context.turns.values()].filter((turn) => turn.conversationId === conversationId);
  while (!before.every(isOver)) await delay(context.state.paceMs);
  const { turn, answer } = beginTurn(context, conversationId, content);
  const [answerId = ""] = [...context.turns].find(([, known]) => known === turn) ?? [];
  const tell = (over: boolean): void => {
    for (const listener of context.listeners) listener({ type: "conversation", conversationId, turn: { answerId, isOver: over } });
  };
  tell(false);
  const agent = find(context.state.agents, find(context.state.conversations, conversationId).agentId);
  await speak(turn, answer, { agent, content, paceMs: context.state.paceMs });
  say(turn, { type: "done", message: answer, problem: null });
  tell(true);
};

const speak = async (turn: ContractTurn, answer: Message, told: { agent: Agent; content: string; paceMs: number }): Promise<void> => {
  const { agent, content, paceMs } = told;
  if (content.includes("start")) await runStages((event) => say(turn, event), agent, paceMs);
  while (content.includes("hang") && !turn.isStopped && !turn.isLetGo) await delay(paceMs);
  if (content.includes("slow")) {
    await delay(paceMs * 20);
    say(turn, { type: "notice", code: "provider_slow", detail: "The model is taking longer than usual. Still waiting." });
    await delay(paceMs * 60);
  }
  const failure = /fail (\w+)/.exec(content)?.[1];
  for (const text of failure === undefined ? answerTo(content) : []) {
    if (turn.isStopped) break;
    addText(answer, text);
    say(turn, { type: "delta", text });
    const isDueToBreak = answer.content.length > 12 && turn.readings === 0;
    if (isDueToBreak && /break|die/.test(content)) turn.readers.forEach((reader) => reader.destroy());
    if (isDueToBreak && content.includes("die")) {
      answer.status = "broken_off";
      return;
    }
    await delay(paceMs);
  }
  if (turn.isStopped) answer.status = "stopped";
  else finishTurn(answer, failure as ProblemCode | undefined);
};

const finishTurn = (reply: Message, failure: ProblemCode | undefined): void => {
  if (failure === undefined) {
    reply.status = "complete";
    return;
  }
  reply.status = "failed";
  reply.error = {
    code: failure,
    title: problems[failure].title,
    detail: "The provider answered 401: invalid api key. Enter the key again in the settings.",
  };
};

const runStages = async (write: (event: TurnEvent) => void, agent: Agent, paceMs: number): Promise<void> => {
  for (const percent of [5, 30, 62, 100]) {
    write({ type: "stage", stage: "installing", percent, detail: "OpenClaw 2026.9.6 from npm, once per machine" });
    await delay(paceMs * 15);
  }
  for (const stage of ["creating", "starting", "waiting", "ready"] as const) {
    write({ type: "stage", stage, percent: null, detail: null });
    await delay(paceMs * 15);
  }
  agent.status = "running";
};
