import { randomUUID } from "node:crypto";
import type { Agent } from "@mosaic/contracts/agent";
import type { Conversation, Message, OwnerEvent, TurnEvent } from "@mosaic/contracts/chat";
import { problems, type ProblemCode } from "@mosaic/contracts/problem";
import { delay, find, openStream, patch, Refusal, remove, type Call, type Routes } from "@/test/contract-call";
import { sampleMessage } from "@/test/contract-state";

const now = (): string => new Date().toISOString();

/** Conversations, turns and live events. What a message makes it answer is told at `startContractServer`. */
export const chatRoutes: Routes = {
  "GET /api/conversations": ({ state }) => ({ conversations: state.conversations }),
  "POST /api/conversations": ({ state, body }) => {
    const added: Conversation = {
      id: randomUUID(),
      agentId: String(body["agentId"]),
      title: "New conversation",
      createdAt: now(),
      updatedAt: now(),
    };
    state.conversations.unshift(added);
    return added;
  },
  "GET /api/conversations/:id": ({ state, parts }) => ({
    ...find(state.conversations, parts[1]),
    messages: state.messages.get(parts[1] ?? "") ?? [],
  }),
  "PATCH /api/conversations/:id": (call) => patch(call.state.conversations, call),
  "DELETE /api/conversations/:id": (call) => remove(call.state.conversations, call),
  "POST /api/conversations/:id/messages": (call) => runTurn(call),
  "GET /api/events": ({ context, response, request }) => {
    openStream(response);
    const listener = (event: OwnerEvent): void => void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    context.listeners.add(listener);
    request.on("close", () => context.listeners.delete(listener));
  },
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

const runTurn = async ({ context, state, body, response, request, parts }: Call): Promise<undefined> => {
  const conversation = find(state.conversations, parts[1]);
  const agent = find([...state.agents, ...state.admin.systemAgents], conversation.agentId);
  const content = String(body["content"]);
  if (content.includes("reject")) throw new Refusal("turn_in_progress");
  const messages = state.messages.get(conversation.id) ?? [];
  state.messages.set(conversation.id, messages);
  const question = sampleMessage({ role: "user", content });
  const reply = sampleMessage({ status: "streaming" });
  messages.push(question, reply);
  if (messages.length === 2) conversation.title = content.slice(0, 60);
  openStream(response);
  let isOpen = true;
  const write = (event: TurnEvent): void => void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.on("close", () => {
    isOpen = false;
    if (reply.status !== "streaming") return;
    context.aborted += 1;
    reply.status = "stopped";
  });
  write({ type: "accepted", userMessage: question, answerId: reply.id });
  if (content.includes("start")) await runStages(write, agent, state.paceMs);
  if (content.includes("hang")) return undefined;
  if (content.includes("slow")) {
    await delay(state.paceMs * 20);
    write({ type: "notice", code: "provider_slow", detail: "The model is taking longer than usual. Still waiting." });
    await delay(state.paceMs * 60);
  }
  const failure = /fail (\w+)/.exec(content)?.[1];
  if (failure === undefined) {
    for (const text of answerTo(content)) {
      if (!isOpen) return undefined;
      reply.content += text;
      write({ type: "delta", text });
      if (content.includes("break") && reply.content.length > 12) {
        reply.status = "broken_off";
        request.socket.destroy();
        return undefined;
      }
      await delay(state.paceMs);
    }
  }
  if (!isOpen) return undefined;
  finishTurn(reply, failure as ProblemCode | undefined);
  conversation.updatedAt = now();
  write({ type: "done", message: reply, problem: null });
  response.end();
  return undefined;
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
