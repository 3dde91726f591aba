import { afterEach, expect, test } from "vitest";
import { emptyAgent } from "@/features/agents/agent-values";
import { emptyValues } from "@/features/providers/provider-values";
import { forgetDraft, keepable, keepDraft, readDraft } from "@/features/setup/setup-draft";
import { emptyMemory } from "@/features/setup/wizard";

afterEach(() => window.sessionStorage.clear());

const oidc = {
  isEnabled: true,
  label: "Team",
  issuer: "https://login.example",
  clientId: "mosaic",
  clientSecret: "canary-secret",
  hasNoSecret: false,
  scopes: ["openid"],
  allowedEmailDomains: [],
  autoCreate: true,
  roleMappings: [],
};

const typed = {
  ...emptyMemory(),
  viewed: "provider",
  username: "root",
  signIn: "oidc",
  oidc,
  provider: { ...emptyValues("openai"), apiKey: "canary-key" },
  agent: { ...emptyAgent([]), name: "Ada" },
  runtime: "docker",
  sharesModel: false,
} as const;

test("all that was typed is there again, but secrets are kept nowhere", () => {
  keepDraft(typed);
  expect(readDraft()).toEqual({ ...typed, oidc: { ...oidc, clientSecret: "" }, provider: { ...typed.provider, apiKey: "" } });
  const stored = [window.sessionStorage, window.localStorage].flatMap((storage) => Object.values(storage) as string[]).join("");
  expect(stored).toContain("Ada");
  expect(stored).not.toContain("canary");
});

test("a price that is half typed takes nothing else with it", () => {
  const half = { inputMicrosPerMillion: Number.NaN, outputMicrosPerMillion: Number.NaN };
  const whole = { inputMicrosPerMillion: 1, outputMicrosPerMillion: 2 };
  const models = [
    { id: "m-1", prices: half },
    { id: "m-2", prices: whole },
  ];
  const { provider } = keepable({ provider: { ...typed.provider, models } });
  const kept = [{ id: "m-1" }, { id: "m-2", prices: whole }];
  expect(provider?.models).toEqual(kept);
  keepDraft({ ...typed, provider: { ...typed.provider, models } });
  expect(readDraft().provider?.models).toEqual(kept);
});

test.each(["", "nonsense", "[]", "null", '{"agent":5,"viewed":"nowhere"}'])("what can't be read is forgotten: %s", (text) => {
  window.sessionStorage.setItem("mosaic.setup-draft", text);
  expect(readDraft()).toEqual(emptyMemory());
});

test("one part that can't be read takes no other with it", () => {
  keepDraft(typed);
  const stored = JSON.parse(window.sessionStorage.getItem("mosaic.setup-draft") ?? "") as object;
  window.sessionStorage.setItem("mosaic.setup-draft", JSON.stringify({ ...stored, agent: { name: 5 } }));
  expect(readDraft()).toMatchObject({ agent: null, username: "root", provider: { kind: "openai" } });
});

test("a setup that is finished leaves nothing behind", () => {
  keepDraft(typed);
  forgetDraft();
  expect(window.sessionStorage).toHaveLength(0);
});
