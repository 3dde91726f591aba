import type { Agent } from "@mosaic/contracts/agent";
import { turnEvent, type Conversation, type ConversationWithMessages, type Message, type TurnEvent } from "@mosaic/contracts/chat";
import { partsAfter, textOfParts, type MessagePart } from "@mosaic/contracts/message-parts";
import { SentEvents } from "@mosaic/testing/sent-events";
import { expect } from "vitest";
import type { TestClient } from "./test-client.js";

type Done = Extract<TurnEvent, { type: "done" }>;

/** An agent with the demo model, which nobody has started yet. */
export async function createAgent(client: TestClient, overrides: object = {}): Promise<Agent> {
  const provider = await client.post("/api/providers", { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] });
  expect(provider.status).toBe(201);
  const { id: providerId } = provider.json<{ id: string }>();
  const created = await client.post("/api/agents", { name: "Robin", model: { providerId, model: "mosaic-demo" }, ...overrides });
  expect(created.status).toBe(201);
  return created.json<Agent>();
}

export async function createConversation(client: TestClient, agentId: string): Promise<string> {
  const created = await client.post("/api/conversations", { agentId });
  expect(created.status).toBe(201);
  return created.json<Conversation>().id;
}

export async function agentOf(client: TestClient, agentId: string): Promise<Agent> {
  return (await client.get(`/api/agents/${agentId}`)).json<Agent>();
}

export async function conversationOf(client: TestClient, id: string): Promise<ConversationWithMessages> {
  return (await client.get(`/api/conversations/${id}`)).json<ConversationWithMessages>();
}

export async function lastMessage(client: TestClient, id: string): Promise<Message> {
  const message = (await conversationOf(client, id)).messages.at(-1);
  if (message === undefined) {
    throw new Error("The conversation is empty.");
  }
  return message;
}

/** A page that sends a message and reads what comes back, or one that follows the answer of another. */
export class Turn {
  /** Resolves when the stream has ended, however it did. Rejects when an event breaks its contract or comes out of its order. */
  readonly ended: Promise<void>;
  readonly response: Response;
  private readonly controller: AbortController;
  private readonly sent: SentEvents<TurnEvent>;

  private constructor(response: Response, controller: AbortController, contract = assertOrder) {
    this.response = response;
    this.controller = controller;
    this.sent = new SentEvents<TurnEvent>(turnEvent, contract);
    this.ended = this.sent.read(response.body);
  }

  static async open(client: TestClient, conversationId: string, content: string, withHistory?: true): Promise<Turn> {
    const body = { content, ...(withHistory === undefined ? {} : { withHistory }) };
    return Turn.post(client, `/api/conversations/${conversationId}/messages`, body);
  }

  /** Asks in another way, to have a message answered again for example. */
  static async post(client: TestClient, path: string, body?: object): Promise<Turn> {
    const controller = new AbortController();
    return new Turn(await client.open("POST", path, body, { signal: controller.signal }), controller);
  }

  /** Reads the turn of an answer from after the event of this number on. */
  static async follow(client: TestClient, answerId: string, after?: number | string): Promise<Turn> {
    const controller = new AbortController();
    const headers: Record<string, string> = after === undefined ? {} : { "last-event-id": String(after) };
    const response = await client.open("GET", `/api/turns/${answerId}/events`, undefined, { signal: controller.signal, headers });
    return new Turn(response, controller, assertLast);
  }

  /** The id of the answer, once it is known. */
  async answerId(): Promise<string> {
    await this.until(({ events }) => events.length > 0);
    const [first] = this.events;
    if (first?.type !== "accepted") {
      throw new Error(`The stream (${this.response.status}) began with ${JSON.stringify(first)}.`);
    }
    return first.answerId;
  }

  /** All that came, as it came, but for comments. */
  get bytes(): string {
    return this.sent.text.replaceAll(/^: .*\n\n/gm, "");
  }

  get events(): readonly TurnEvent[] {
    return this.sent.events;
  }

  /** Server-sent comments. */
  get comments(): readonly string[] {
    return this.sent.comments;
  }

  get text(): string {
    return textOfParts(this.events.reduce<readonly MessagePart[]>(partsAfter, []));
  }

  get stages(): string[] {
    return this.events.flatMap((event) => (event.type === "stage" ? [event.stage] : []));
  }

  get notices(): string[] {
    return this.events.flatMap((event) => (event.type === "notice" ? [event.code] : []));
  }

  /** The page closes, which stops nothing. */
  leave(): void {
    this.controller.abort();
  }

  async until(isTrue: (turn: Turn) => boolean, timeoutMs = 15_000): Promise<void> {
    await expect.poll(() => isTrue(this), { timeout: timeoutMs, interval: 20 }).toBe(true);
  }

  /** The last event of a stream that ended as it should. */
  async done(): Promise<Done> {
    await this.ended;
    const last = this.events.at(-1);
    if (last?.type !== "done") {
      throw new Error(`The stream (${this.response.status}) ended with ${JSON.stringify(last)}.`);
    }
    return last;
  }
}

/** As the contract says: first what was accepted, last and once how it ended. */
function assertOrder(soFar: readonly TurnEvent[]): void {
  const types = soFar.map(({ type }) => type);
  if (types.lastIndexOf("accepted") !== 0 || types.slice(0, -1).includes("done")) {
    throw new Error(`The events of a turn came out of their order: ${types.join(", ")}`);
  }
}

/** For a reader that comes later: `done` alone, or some of the events before it. */
function assertLast(soFar: readonly TurnEvent[]): void {
  if (soFar.slice(0, -1).some(({ type }) => type === "done")) {
    throw new Error("Something came after the end of a turn.");
  }
}

/** What the page's Stop does, from wherever. */
export async function stop(client: TestClient, answerId: string): Promise<number> {
  return (await client.post(`/api/turns/${answerId}/stop`)).status;
}

/** Sends a message and waits for the end of the answer. */
export async function say(client: TestClient, conversationId: string, content: string): Promise<Done> {
  return (await Turn.open(client, conversationId, content)).done();
}
