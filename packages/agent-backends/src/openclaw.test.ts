import { createHash } from "node:crypto";
import { bundle as bundleSchema, type Bundle } from "@mosaic/contracts/agent-config";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAsBefore } from "../test/previous-supervisor.js";
import { everyTool, noTool, providerKinds, renderInputs, someInput, someProvider, toolCombinations } from "../test/render-input.js";
import type { RenderInput } from "./agent-backend.js";
import { canonicalJson } from "./canonical-json.js";
import { openclawBackend } from "./openclaw.js";
import { openclawLaunch } from "./openclaw-launch.js";
import { shortestTimeoutMs } from "./openclaw-failure.js";
import { literal } from "./openclaw-literal.js";

const { render } = openclawBackend;

describe("a rendered bundle, whatever the settings", () => {
  it("is the same bytes for the same input, and fits the supervisor's schema", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const first = render(input);
        expect(render(structuredClone(input))).toEqual(first);
        expect(bundleSchema.parse(first)).toEqual(first);
        const { generation, ...rest } = first;
        expect(generation).toBe(createHash("sha256").update(canonicalJson(rest)).digest("hex"));
      }),
    );
  });

  it("holds JSON that parses and paths that stay below their folder", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        for (const file of render(input).files) {
          expect(file.path).toMatch(/^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*$/);
          expect(file.path).not.toContain("..");
          if (file.path.endsWith(".json")) expect(() => JSON.parse(file.content)).not.toThrow();
        }
      }),
    );
  });

  it("has keys in openclaw.json only, which lives in memory, and the gateway's token there and in the warm-up", () => {
    fc.assert(
      fc.property(renderInputs, (generated) => {
        const input = withKey(generated, "sk-canary-1234567890abcdef");
        const { files, warmup } = render(input);
        const config = files.filter((file) => file.path === "openclaw.json");
        expect(config.map((file) => file.root)).toEqual(["run"]);
        expect(config[0]?.content).toContain("sk-canary-1234567890abcdef");
        expect(warmup?.gatewayToken).toBe(input.gateway.token);
        for (const file of files.filter((other) => other.path !== "openclaw.json")) {
          expect(file.content).not.toContain("sk-canary");
          expect(file.content).not.toContain(input.gateway.token);
        }
      }),
    );
  });

  it("is still one to the supervisor of the release before, which finds its files and its warm-up in it", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const { generation, files, warmup } = render(input);
        const read = readAsBefore(JSON.stringify(render(input)));
        expect(read).toEqual({ generation, files: files.map(({ root, path }) => `${root}/${path}`), warmup });
      }),
    );
  });

  it("has no secret in what is run but the two tokens, as variables: the rest is the same for every agent", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const { relay, env, secretEnv, ...others } = render(input).launch;
        const secrets = { MOSAIC_GATEWAY_TOKEN: input.gateway.token, MOSAIC_RELAY_TOKEN: input.relayToken };
        const inVariables = input.tokensIn === "files" ? {} : secrets;
        expect({ ...others, env, secretEnv: [], relay: null }).toEqual({
          ...openclawLaunch,
          env: { ...openclawLaunch.env, ...inVariables },
        });
        expect(secretEnv).toEqual(Object.keys(inVariables));
        expect(relay).toEqual(input.gateway.bind === "lan" ? { args: ["--bind", "loopback"] } : null);
      }),
    );
  });

  it("keeps every written text literal where OpenClaw would put in a variable of its environment", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const { name } = substituted(configOf(render(input))).agents.entries.main.identity;
        expect(name).toBe(JSON.parse(JSON.stringify(input.agent.name)));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom("$", "{", "}", "A", "_", "a", "${A}", "$${A}")), (parts) => {
        expect(substitute(literal(parts.join("")))).toBe(parts.join(""));
      }),
    );
  });

  it("has a configuration that is the same at the next start, though both tokens are new, so that OpenClaw migrates nothing", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const [{ provider, model }, ...others] = input.models;
        const startedWith = (gatewayToken: string, relayToken: string): string => {
          const relayed = { ...provider, apiKey: relayToken };
          const gateway = { ...input.gateway, token: gatewayToken };
          return configText({ ...input, models: [{ provider: relayed, model }, ...others], gateway, relayToken, tokensIn: "environment" });
        };
        expect(startedWith("second-gateway-token", "second-relay-token")).toBe(startedWith("first-gateway-token", "first-relay-token"));
      }),
    );
  });

  it("has both tokens in its files for a supervisor of before, which knows no variables", () => {
    const provider = someProvider("openai", { apiKey: "relay-token-canary" });
    const text = configText(someInput({ models: [{ provider, model: "model-1" }], tokensIn: "files" }));
    expect(JSON.parse(text)).toMatchObject({ gateway: { auth: { token: "gateway-token-canary" } } });
    expect(text).toContain('"apiKey": "relay-token-canary"');
    expect(text).not.toContain("MOSAIC_");
  });

  it("never allows what reaches beyond the workspace when the runtime does not isolate", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const { tools } = configOf(render({ ...input, isIsolated: false }));
        for (const tool of ["exec", "process", "browser", "code_execution", "terminal", "canvas", "nodes", "gateway", "cron"]) {
          expect(tools.allow ?? []).not.toContain(tool);
          expect(tools.deny).toContain(tool);
        }
        expect(tools.exec.mode).toBe("deny");
        expect(tools.fs.workspaceOnly).toBe(true);
      }),
    );
  });
});

describe("the generation", () => {
  const original = someInput();
  const changes: readonly [string, RenderInput][] = [
    ["personality", { ...original, agent: { ...original.agent, personality: "Terse." } }],
    ["name", { ...original, agent: { ...original.agent, name: "Grace" } }],
    ["tools", { ...original, agent: { ...original.agent, tools: noTool } }],
    ["model", { ...original, models: [{ provider: someProvider("openai"), model: "model-2" }] }],
    ["key", { ...original, models: [{ provider: someProvider("openai", { apiKey: "sk-2", version: 2 }), model: "model-1" }] }],
    ["gateway token", { ...original, gateway: { ...original.gateway, token: "other" } }],
  ];

  it.each(changes)("changes with the %s", (_what, changed) => {
    expect(render(changed).generation).not.toBe(render(original).generation);
  });
});

describe("the models", () => {
  it.each(providerKinds)("speaks the protocol of a provider of kind %s", (kind) => {
    const provider = someProvider(kind, { baseUrl: "http://llm.example:8080/v1/" });
    const rendered = Object.values(configOf(render(someInput({ models: [{ provider, model: "model-1" }] }))).models.providers)[0];
    const expected = { anthropic: ["anthropic-messages", "http://llm.example:8080"], ollama: ["ollama", "http://llm.example:8080"] }[
      kind as string
    ];
    expect([rendered?.api, rendered?.baseUrl]).toEqual(expected ?? ["openai-completions", "http://llm.example:8080/v1"]);
  });

  it.each(providerKinds)("has a stand-in for the missing key of kind %s", (kind) => {
    const provider = someProvider(kind, { apiKey: null });
    const rendered = Object.values(configOf(render(someInput({ models: [{ provider, model: "model-1" }] }))).models.providers)[0];
    expect(rendered?.apiKey).toBe(kind === "ollama" ? "ollama-local" : "no-key-set");
  });

  it("makes one provider of several models of it, and fallbacks in their order without repeats", () => {
    const zai = someProvider("zai", { version: 3 });
    const claude = someProvider("anthropic");
    const { models, agents } = configOf(
      render(
        someInput({
          models: [
            { provider: zai, model: "glm-5" },
            { provider: claude, model: "c" },
            { provider: zai, model: "air" },
            { provider: zai, model: "glm-5" },
            { provider: claude, model: "c" },
          ],
        }),
      ),
    );
    expect(Object.keys(models.providers)).toEqual(["p-00000001-v3", "p-00000003-v1", "warm"]);
    expect(models.providers["p-00000001-v3"]?.models.map((model) => model.id)).toEqual(["glm-5", "air"]);
    expect(agents.defaults.model).toEqual({ primary: "p-00000001-v3/glm-5", fallbacks: ["p-00000003-v1/c", "p-00000001-v3/air"] });
  });

  it("gives a corrected key a new provider id, because OpenClaw shuts an id out after a 401", () => {
    const ids = [1, 2].map(
      (version) =>
        Object.keys(
          configOf(render(someInput({ models: [{ provider: someProvider("zai", { version }), model: "m" }] }))).models.providers,
        )[0],
    );
    expect(new Set(ids).size).toBe(2);
  });

  it("tells the warm-up where the canned model listens: one port above the gateway", () => {
    const bundle = render(someInput());
    expect(configOf(bundle).models.providers["warm"]?.baseUrl).toBe("http://127.0.0.1:18790/v1");
    expect(bundle.warmup?.model).toBe("warm/m");
  });

  it.each(providerKinds)("gives up a silent provider of kind %s after what counts as a time-out, and before Node's fetch does", (kind) => {
    const rendered = configOf(render(someInput({ models: [{ provider: someProvider(kind), model: "m" }] }))).models.providers;
    const { timeoutSeconds } = Object.values(rendered)[0] ?? { timeoutSeconds: 0 };
    expect(timeoutSeconds * 1000).toBeGreaterThan(shortestTimeoutMs);
    expect(timeoutSeconds).toBeLessThan(300);
  });

  it("fails at once instead of asking a failing provider again", () => {
    const settings: unknown = JSON.parse(fileOf(render(someInput()), "agents/main/agent/settings.json"));
    expect(settings).toEqual({ retry: { provider: { maxRetries: 0, maxRetryDelayMs: 3000 } } });
  });

  it.each([
    ["$HOME", "not-a-key:$HOME"],
    ["${HOME}", "$${HOME}"],
    ["MY_OWN_KEY", "MY_OWN_KEY"],
    ["$ecret", "$ecret"],
  ])("never lets OpenClaw read the key %s from its environment", (apiKey, written) => {
    const provider = someProvider("openai", { apiKey });
    const rendered = Object.values(configOf(render(someInput({ models: [{ provider, model: "m" }] }))).models.providers)[0];
    expect(rendered?.apiKey).toBe(written);
  });
});

describe("the tools", () => {
  it.each(toolCombinations)("are never an empty allow-list, which would mean all of them: %o", (tools) => {
    const rendered = configOf(render(someInput({ agent: { ...someInput().agent, tools } }))).tools;
    expect(rendered.allow.length).toBeGreaterThan(0);
    expect(rendered.allow.includes("exec")).toBe(tools.shell);
    expect(rendered.allow.includes("read")).toBe(tools.files);
    expect(rendered.allow.filter((tool) => ["gateway", "nodes", "cron"].includes(tool))).toEqual([]);
  });

  it("are denied as a whole, without an allow-list, for a model that takes none: OpenClaw would refuse to run it", () => {
    const provider = someProvider("ollama", { dialect: { models: { m: { omits: ["tools"] } } } });
    const rendered = configOf(render(someInput({ models: [{ provider, model: "m" }] })));
    expect(rendered.tools.allow).toBeUndefined();
    expect(rendered.tools.deny).toContain("*");
    expect(Object.values(rendered.models.providers)[0]?.models[0]).toMatchObject({ compat: { supportsTools: false } });
  });

  it("may run commands without an approver where a container is the boundary", () => {
    const rendered = configOf(render(someInput({ agent: { ...someInput().agent, tools: everyTool } }))).tools;
    expect(rendered.exec).toMatchObject({ host: "gateway", mode: "full" });
    expect(rendered.deny).not.toContain("exec");
  });
});

describe("the personality", () => {
  it("is SOUL.md, word for word", () => {
    const personality = 'Speak "plainly".\n\n# Rules\n- ${HOME}';
    expect(fileOf(render(someInput({ agent: { ...someInput().agent, personality } })), "workspace/SOUL.md")).toBe(`${personality}\n`);
  });

  it("is a sensible one when nothing is written", () => {
    expect(fileOf(render(someInput()), "workspace/SOUL.md")).toMatch(/friendly assistant/);
  });

  it("fits whole into what OpenClaw reads of a file", () => {
    const bundle = render(someInput({ agent: { ...someInput().agent, personality: "x".repeat(20_000) } }));
    expect(configOf(bundle).agents.defaults.bootstrapMaxChars).toBeGreaterThan(20_001);
  });
});

describe("a turn's request", () => {
  it("sends only the new message, in the conversation's own session", () => {
    const request = openclawBackend.turnRequest({ gatewayToken: "t", session: "c-1", text: 'hi "you"' });
    expect(request.path).toBe("/v1/chat/completions");
    expect(request.headers).toMatchObject({ authorization: "Bearer t", "x-openclaw-session-key": "conv-c-1", accept: "text/event-stream" });
    expect(JSON.parse(request.body)).toEqual({
      model: "openclaw/main",
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: 'hi "you"' }],
    });
  });
});

interface RenderedConfig {
  readonly models: {
    readonly providers: Readonly<
      Record<string, { api: string; baseUrl: string; apiKey: string; timeoutSeconds: number; models: { id: string }[] }>
    >;
  };
  readonly agents: {
    readonly defaults: { readonly model: unknown; readonly bootstrapMaxChars: number };
    readonly entries: { readonly main: { readonly identity: { readonly name: string } } };
  };
  readonly tools: {
    readonly allow: string[];
    readonly deny: string[];
    readonly exec: { readonly mode: string };
    readonly fs: { readonly workspaceOnly: boolean };
  };
}

function configText(input: RenderInput): string {
  return render(input).files.find(({ path }) => path === "openclaw.json")?.content ?? "";
}

function configOf(bundle: Bundle): RenderedConfig {
  return JSON.parse(fileOf(bundle, "openclaw.json"));
}

function fileOf(bundle: Bundle, path: string): string {
  return bundle.files.find((file) => file.path === path)?.content ?? "";
}

function withKey(input: RenderInput, apiKey: string): RenderInput {
  const [first, ...others] = input.models;
  return { ...input, models: [{ ...first, provider: { ...first.provider, apiKey } }, ...others] };
}

/** OpenClaw's rule, over every string of its configuration. */
function substituted(config: RenderedConfig): RenderedConfig {
  return JSON.parse(JSON.stringify(config), (_key, value: unknown) => (typeof value === "string" ? substitute(value) : value));
}

function substitute(value: string): string {
  return value.replaceAll(/\$(\$?)\{([A-Z_][A-Z0-9_]*)\}/g, (_match, escape: string, name: string) =>
    escape ? `\${${name}}` : "FROM-THE-ENVIRONMENT",
  );
}
