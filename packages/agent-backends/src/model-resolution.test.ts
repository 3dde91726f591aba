import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ModelDefault, type ModelResolutionInput, resolveModel, type ResolvableProvider } from "./model-resolution.js";

const own: ResolvableProvider = { id: "own", ownerId: "user", isActive: true, isShared: false, isAdmins: false };
const ownOff: ResolvableProvider = { ...own, id: "own-off", isActive: false };
const shared: ResolvableProvider = { id: "shared", ownerId: "admin", isActive: true, isShared: true, isAdmins: true };
const sharedOff: ResolvableProvider = { ...shared, id: "shared-off", isActive: false };
const unshared: ResolvableProvider = { ...shared, id: "unshared", isShared: false };
/** Shared by somebody who was an admin then. */
const demoted: ResolvableProvider = { ...shared, id: "demoted", ownerId: "former-admin", isAdmins: false };
const strangers: ResolvableProvider = { ...own, id: "strangers", ownerId: "stranger" };

type Input = ModelResolutionInput<ResolvableProvider>;

const nothing: Input = {
  userId: "user",
  backend: "openclaw",
  agent: { model: null, fallbacks: [] },
  userDefaults: [],
  adminDefaults: [],
  providers: [own, ownOff, shared, sharedOff, unshared, demoted, strangers],
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
    [
      "is not the agent's own when that is switched off",
      { agent: { model: choice("own-off"), fallbacks: [] }, userDefaults: [forAll("shared")] },
      "user-all: shared",
    ],
    ["is not a shared one that is switched off", { agent: { model: choice("shared-off"), fallbacks: [] } }, "none"],
    [
      "is not the admin's default when that is switched off",
      { adminDefaults: [forBackend("shared-off"), forAll("shared")] },
      "admin-all: shared",
    ],
    ["is not what a former admin shared", { userDefaults: [forBackend("demoted")], adminDefaults: [forAll("demoted")] }, "none"],
    ["is still the former admin's own for themselves", { userId: "former-admin", userDefaults: [forAll("demoted")] }, "user-all: demoted"],
    [
      "leaves out fallbacks that are switched off",
      { userDefaults: [forBackend("own", "own-off", "shared-off", "shared")] },
      "user-backend: own shared",
    ],
    [
      "of a system agent may be any admin's",
      { userId: null, agent: { model: choice("unshared"), fallbacks: [choice("shared")] } },
      "agent: unshared shared",
    ],
    ["of a system agent is never a member's", { userId: null, agent: { model: choice("own"), fallbacks: [] } }, "none"],
    ["of a system agent is never a former admin's", { userId: null, agent: { model: choice("demoted"), fallbacks: [] } }, "none"],
    ["of a system agent is the admin's default at last", { userId: null, adminDefaults: [forAll("shared")] }, "admin-all: shared"],
    ["of a system agent by default is a shared one only", { userId: null, adminDefaults: [forAll("unshared")] }, "none"],
    ["takes a default's fallbacks", { userDefaults: [forBackend("own", "shared")] }, "user-backend: own shared"],
  ];

  it.each(rows)("%s", (_what, input, expected) => {
    const found = resolveModel({ ...nothing, ...input });
    const shown = found.outcome === "none" ? "none" : `${found.source}: ${found.models.map((chosen) => chosen.provider.id).join(" ")}`;
    expect(shown).toBe(expected);
  });

  it("is never a provider that is switched off, or a stranger's that is not open to all, whatever is set", () => {
    const providers = [own, ownOff, shared, sharedOff, unshared, demoted, strangers];
    const anyChoice = fc.constantFrom(...providers.map(({ id }) => choice(id)), choice("deleted"));
    const anyDefault = fc.record({
      backend: fc.constantFrom("openclaw" as const, null),
      model: anyChoice,
      fallbacks: fc.array(anyChoice, { maxLength: 3 }),
    });
    const input = fc.record({
      userId: fc.constantFrom("user", "admin", "stranger", "nobody", null),
      agent: fc.record({ model: fc.option(anyChoice), fallbacks: fc.array(anyChoice, { maxLength: 3 }) }),
      userDefaults: fc.array(anyDefault, { maxLength: 3 }),
      adminDefaults: fc.array(anyDefault, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(input, (generated) => {
        const found = resolveModel({ ...nothing, ...generated });
        for (const { provider } of found.outcome === "none" ? [] : found.models) {
          expect(provider.isActive).toBe(true);
          const isOwn = generated.userId === null ? provider.isAdmins : provider.ownerId === generated.userId;
          expect(isOwn || (provider.isShared && provider.isAdmins)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
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
