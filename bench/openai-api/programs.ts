import { expect } from "vitest";
import type { FakeGateway } from "@mosaic/testing/fake-gateway";
import { talkOf, type House, type Talk } from "../turns/house.js";
import type { StreamCaller } from "./load.js";

/** A person with an agent that is awake, and a token for their programs. */
export interface Programmer extends Talk {
  readonly gateway: FakeGateway;
  /** As their program, in the conversation of that name. */
  program(conversation: string, url?: string): StreamCaller;
  /** As their page, in their first conversation. */
  page(url?: string): StreamCaller;
}

export async function programmerOf(house: House, name: string): Promise<Programmer> {
  const talk = await talkOf(house, name);
  const { client, agentId, conversationId } = talk;
  const made = await client.post("/api/tokens", { name: "Bench", scopes: ["chat"], expiresInDays: null });
  expect([made.status, made.text]).toEqual([201, made.text]);
  const { token } = made.json<{ token: string }>();
  const model = `openclaw/${agentId}`;
  return {
    ...talk,
    gateway: house.engine.gatewayOf(agentId),
    program: (conversation, url = house.url) => ({
      url: `${url}/v1/chat/completions`,
      headers: { authorization: `Bearer ${token}`, "x-conversation-id": conversation },
      model,
    }),
    page: (url = house.url) => ({
      url: `${url}/api/conversations/${conversationId}/messages`,
      headers: { cookie: client.cookie ?? "", origin: url },
      model,
    }),
  };
}

/** What a gateway says: so many words, each so long after the one before it. */
export interface Answer {
  readonly words: number;
  readonly wordMs: number;
  /** From the message to the first that is said. */
  readonly beginMs: number;
}

export function wordsOf({ words }: Pick<Answer, "words">): string[] {
  return Array.from({ length: words }, (_, index) => `word${index + 1}`);
}

export const lastWordOf = ({ words }: Pick<Answer, "words">): string => `word${words}`;

export function behaviourOf(answer: Answer): Parameters<FakeGateway["setBehaviour"]>[0] {
  const text = wordsOf(answer).join(" ");
  return () => ({ kind: "text", text, wordDelayMs: answer.wordMs });
}

export function setAnswer(gateway: FakeGateway, answer: Answer): void {
  gateway.setPace({ beginMs: answer.beginMs, isEachWordAlone: true });
  gateway.setBehaviour(behaviourOf(answer));
}
