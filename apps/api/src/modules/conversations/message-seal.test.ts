import { expect, test } from "vitest";
import type { CryptoService } from "../crypto/crypto.service.js";
import type { StoredPathMessage } from "./conversations.types.js";
import { openMessages } from "./message-seal.js";

const stored = (id: number, length: number): StoredPathMessage => ({
  id: String(id),
  role: "assistant",
  contentEncrypted: "x".repeat(length),
  contentFormat: "text",
  status: "complete",
  errorCode: null,
  errorDetail: null,
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  contextTokens: null,
  contextWindow: null,
  costMicros: null,
  model: null,
  agentEventKind: null,
  createdAt: new Date(0),
  otherVersions: [],
});

test("long messages are opened in their order, and others are let in between", async () => {
  const happened: string[] = [];
  const crypto = {
    open: (_value: string, { field }: { field: string }): string => {
      happened.push(field.replace(/.*:/, ""));
      return "";
    },
  } as unknown as CryptoService;
  setImmediate(() => happened.push("somebody else"));
  const messages = await openMessages(crypto, "ann", [stored(1, 10), stored(2, 300_000), stored(3, 10)]);
  expect(messages.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  expect(happened).toEqual(["1", "2", "somebody else", "3"]);
});
