import type { ProviderKind } from "@mosaic/contracts/provider";
import { expect, test } from "vitest";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { embeddingProvider } from "./embedding-provider.js";

function provider(
  id: string,
  ownerId: string,
  models: readonly string[],
  over: Partial<StoredProvider> & { kind?: ProviderKind } = {},
): StoredProvider {
  return {
    id,
    ownerId,
    kind: "openai-compatible",
    name: id,
    baseUrl: "https://llm.example/v1",
    apiKeyEncrypted: null,
    models: models.map((model) => ({ id: model })),
    dialect: { models: {} },
    version: 1,
    isActive: true,
    isShared: false,
    isAdmins: false,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    ...over,
  };
}

const shared = { isShared: true, isAdmins: true };
const chosen = (one: StoredProvider) => ({ provider: one, model: "chat" });
const codeOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
  return null;
};

test("who lists the model is asked: one's own before a shared one, a kind that has embeddings before one that has none", () => {
  const all = [
    provider("shared", "boss", ["embed"], shared),
    provider("off", "ann", ["embed"], { isActive: false }),
    provider("claude", "ann", ["embed"], { kind: "anthropic" }),
    provider("own", "ann", ["chat", "embed"]),
  ];
  expect(embeddingProvider("ann", all, null, "embed").id).toBe("own");
  expect(embeddingProvider("ann", all.slice(0, 3), null, "embed").id).toBe("shared");
});

test("a model that nobody lists goes to one's own default provider, never to a shared one", () => {
  const own = provider("own", "ann", ["chat"]);
  const boss = provider("shared", "boss", ["chat"], shared);
  expect(embeddingProvider("ann", [own, boss], chosen(own), "embed").id).toBe("own");
  expect(codeOf(() => embeddingProvider("ann", [own, boss], chosen(boss), "embed"))).toBe("not_found");
  expect(codeOf(() => embeddingProvider("ann", [own], null, "embed"))).toBe("not_found");
});

test.each(["anthropic", "demo"] as const)("%s has no embeddings, and that is said", (kind) => {
  const own = provider("own", "ann", ["embed"], { kind });
  expect(codeOf(() => embeddingProvider("ann", [own], null, "embed"))).toBe("conflict");
  expect(codeOf(() => embeddingProvider("ann", [own], chosen(own), "other"))).toBe("conflict");
});

test("what is shared no more is nobody else's", () => {
  const former = provider("shared", "boss", ["embed"], { isShared: true, isAdmins: false });
  expect(codeOf(() => embeddingProvider("ann", [former], null, "embed"))).toBe("not_found");
});
