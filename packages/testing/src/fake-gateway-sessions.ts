import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { DemoMessage } from "@mosaic/demo-llm/demo-request";
import { isRecord } from "@mosaic/incoming/records";
import { prependQueuedMessage, stripOpenClawFraming } from "@mosaic/demo-llm/openclaw-framing";

/** What the fake gateway remembers of each session, one turn at a time. */
export interface FakeSessions {
  messagesOf(sessionKey: string): readonly DemoMessage[];
  /** A new session that begins with the first `count` messages of another. */
  fork(from: string, to: string, count: number): void;
  /** False if there is none. */
  delete(sessionKey: string): boolean;
  /** Runs `turn` when the session's earlier turns are over; sessions run side by side. */
  inTurn<T>(sessionKey: string | undefined, turn: (session: FakeSession) => Promise<T>): Promise<T>;
}

export interface FakeSession {
  /** History and the new messages, as the model gets to see them. */
  begin(messages: readonly DemoMessage[]): readonly DemoMessage[];
  /** `toolResult`: what the tool said that the answer ended with. */
  complete(answer: string, toolResult?: string | null): void;
  /** The partial answer is lost; the person's words come back with the next turn. */
  breakOff(): void;
}

interface Stored {
  messages: DemoMessage[];
  queued: string | undefined;
}

const maxSessions = 1_000;

/** With a file, sessions outlive the process, as they do on an agent's volume. */
export function createFakeSessions(file?: string): FakeSessions {
  const sessions = readSessions(file);
  const queues = new Map<string, Promise<unknown>>();
  const find = (key: string): Stored => {
    const found = sessions.get(key) ?? { messages: [], queued: undefined };
    sessions.set(key, found);
    const oldest = sessions.keys().next().value;
    if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest);
    return found;
  };
  const save = (): void => {
    if (file !== undefined) writeSessions(file, sessions);
  };
  return {
    messagesOf: (key) => sessions.get(key)?.messages ?? [],
    fork: (from, to, count) => {
      sessions.set(to, { messages: (sessions.get(from)?.messages ?? []).slice(0, count), queued: undefined });
      save();
    },
    delete: (key) => {
      const isThere = sessions.delete(key);
      save();
      return isThere;
    },
    inTurn: async (key, turn) => {
      if (key === undefined) return turn(openSession({ messages: [], queued: undefined }, () => {}));
      const before = queues.get(key) ?? Promise.resolve();
      const current = before.then(() => turn(openSession(find(key), save)));
      const settled = current.catch(() => {});
      queues.set(key, settled);
      try {
        return await current;
      } finally {
        if (queues.get(key) === settled) queues.delete(key);
      }
    },
  };
}

function openSession(stored: Stored, save: () => void): FakeSession {
  let added: readonly DemoMessage[] = [];
  return {
    begin: (messages) => {
      added = messages.map((message, index) => asSeenByModel(message, index, stored.queued));
      return [...stored.messages, ...added];
    },
    complete: (answer, toolResult = null) => {
      stored.messages.push(...added, { role: "assistant", text: answer });
      if (toolResult !== null) stored.messages.push({ role: "tool", text: toolResult });
      stored.queued = undefined;
      save();
    },
    breakOff: () => {
      stored.queued = added.findLast((message) => message.role === "user")?.text;
      save();
    },
  };
}

function asSeenByModel(message: DemoMessage, index: number, queued: string | undefined): DemoMessage {
  if (index > 0 || message.role !== "user" || queued === undefined) return message;
  return { role: "user", text: prependQueuedMessage(queued, message.text) };
}

/** The demo model's own reading of a history: only what people typed. */
export function withoutFraming(messages: readonly DemoMessage[]): DemoMessage[] {
  return messages.map((message) => (message.role === "user" ? { ...message, text: stripOpenClawFraming(message.text) } : message));
}

function writeSessions(file: string, sessions: ReadonlyMap<string, Stored>): void {
  writeFileSync(`${file}.new`, JSON.stringify([...sessions]));
  renameSync(`${file}.new`, file);
}

function readSessions(file: string | undefined): Map<string, Stored> {
  const sessions = new Map<string, Stored>();
  if (file === undefined || !existsSync(file)) return sessions;
  const entries: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!Array.isArray(entries)) return sessions;
  for (const entry of entries as unknown[]) {
    if (!Array.isArray(entry)) continue;
    const [key, stored] = entry as unknown[];
    if (typeof key === "string" && isRecord(stored)) sessions.set(key, readStored(stored));
  }
  return sessions;
}

function readStored(stored: Readonly<Record<string, unknown>>): Stored {
  const { messages, queued } = stored;
  return {
    messages: Array.isArray(messages) ? messages.filter(isDemoMessage) : [],
    queued: typeof queued === "string" ? queued : undefined,
  };
}

function isDemoMessage(value: unknown): value is DemoMessage {
  return isRecord(value) && typeof value["role"] === "string" && typeof value["text"] === "string";
}
