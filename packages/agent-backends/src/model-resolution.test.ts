import { describe, expect, it } from "vitest";
import { type ModelDefault, type ModelResolutionInput, resolveModel, type ResolvableProvider } from "./model-resolution.js";

const own: ResolvableProvider = { id: "own", ownerId: "user", isShared: false };
const shared: ResolvableProvider = { id: "shared", ownerId: "admin", isShared: true };
const unshared: ResolvableProvider = { id: "unshared", ownerId: "admin", isShared: false };
const strangers: ResolvableProvider = { id: "strangers", ownerId: "stranger", isShared: false };

type Input = ModelResolutionInput<ResolvableProvider>;

const nothing: Input = {
  userId: "user",
  backend: "openclaw",
  agent: { model: null, fallbacks: [] },
  userDefaults: [],
  adminDefaults: [],
  providers: [own, shared, unshared, strangers],
};

const choice = (providerId: string, model = "m"): { providerId: string; model: string } => ({ providerId, model });
const forBackend = (providerId: string, ...fallbacks: string[]): ModelDefault => ({
  backend: "openclaw",
  model: choice(providerId),
  fallbacks: fallbacks.map((id) => choice(id)),
});
const forAll = (providerId: string): ModelDefault => ({ backend: null, model: choice(providerId), fallbacks: [] });

describe("the model of an agent", () => {
  const rows: readonly [what: string, input: Partial<Input>, expected: string][] = [
    ["is missing when nothing is set", {}, "none"],
    [
      "is the agent's own before all defaults",
      { agent: { model: choice("own"), fallbacks: [] }, userDefaults: [forBackend("shared")], adminDefaults: [forAll("shared")] },
      "agent: own",
    ],
    ["may be the agent's own choice of a shared provider", { agent: { model: choice("shared"), fallbacks: [] } }, "agent: shared"],
    ["is never another person's provider", { agent: { model: choice("strangers"), fallbacks: [] } }, "none"],
    ["is never an admin's provider that is not shared", { agent: { model: choice("unshared"), fallbacks: [] } }, "none"],
    [
      "comes from the next tier when the provider of the agent's own is gone",
      { agent: { model: choice("deleted"), fallbacks: [] }, userDefaults: [forAll("own")] },
      "user-all: own",
    ],
    [
      "is the user's default for the backend before the one for all",
      { userDefaults: [forAll("shared"), forBackend("own")] },
      "user-backend: own",
    ],
    [
      "is the user's default for all before the admin's",
      { userDefaults: [forAll("own")], adminDefaults: [forBackend("shared"), forAll("shared")] },
      "user-all: own",
    ],
    [
      "is the admin's default for the backend before the one for all",
      { adminDefaults: [forAll("unshared"), forBackend("shared")] },
      "admin-backend: shared",
    ],
    ["is the admin's default for all at last", { adminDefaults: [forAll("shared")] }, "admin-all: shared"],
    ["is missing when the admin's default is not shared", { adminDefaults: [forBackend("unshared"), forAll("unshared")] }, "none"],
    ["is missing when the admin's default points at a person's own provider", { adminDefaults: [forAll("own")] }, "none"],
    [
      "is the admin's own default for the admin, shared or not",
      { userId: "admin", userDefaults: [forAll("unshared")], adminDefaults: [forAll("unshared")] },
      "user-all: unshared",
    ],
    [
      "has its tier's fallbacks in their order, without those that may not be used",
      { agent: { model: choice("own"), fallbacks: [choice("strangers"), choice("shared"), choice("deleted"), choice("own", "m2")] } },
      "agent: own shared own",
    ],
    [
      "has no repeats among its fallbacks",
      { agent: { model: choice("own"), fallbacks: [choice("own"), choice("shared"), choice("shared")] } },
      "agent: own shared",
    ],
    [
      "does not mix the tiers' fallbacks",
      { agent: { model: choice("own"), fallbacks: [] }, userDefaults: [forBackend("shared", "own")] },
      "agent: own",
    ],
    ["takes a default's fallbacks", { userDefaults: [forBackend("own", "shared")] }, "user-backend: own shared"],
  ];

  it.each(rows)("%s", (_what, input, expected) => {
    const found = resolveModel({ ...nothing, ...input });
    const shown = found.outcome === "none" ? "none" : `${found.source}: ${found.models.map((chosen) => chosen.provider.id).join(" ")}`;
    expect(shown).toBe(expected);
  });

  it("comes with its provider in one piece: a shared key is never joined to another's address", () => {
    const withAddress = [
      { ...own, baseUrl: "http://own.example", key: "own-key" },
      { ...shared, baseUrl: "https://shared.example", key: "shared-key" },
    ];
    const found = resolveModel({ ...nothing, providers: withAddress, agent: { model: choice("shared"), fallbacks: [choice("own")] } });
    expect(found.outcome === "resolved" && found.models.map(({ provider }) => [provider.baseUrl, provider.key])).toEqual([
      ["https://shared.example", "shared-key"],
      ["http://own.example", "own-key"],
    ]);
  });
});
