import { createHash } from "node:crypto";
import { bundle as bundleSchema, type Bundle } from "@mosaic/contracts/agent-config";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { noTool, renderInputs, someInput, someProvider, toolCombinations } from "../../test/render-input.js";
import type { RenderInput } from "../agent-backend.js";
import { canonicalJson } from "../canonical-json.js";
import { hermesDefinition } from "./hermes-definition.js";

const { render } = hermesDefinition;

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

  it("has both tokens in secret variables and in no file, and no provider's key anywhere", () => {
    fc.assert(
      fc.property(renderInputs, (generated) => {
        const input = withKey(generated, "sk-canary-1234567890abcdef");
        const { files, launch } = render(input);
        expect(launch.secretEnv.map((name) => launch.env[name])).toEqual([input.relayToken, input.gateway.token]);
        expect(JSON.stringify(launch)).not.toContain("sk-canary");
        for (const { content } of files) {
          for (const secret of [input.relayToken, input.gateway.token, "sk-canary"]) expect(content).not.toContain(secret);
        }
      }),
    );
  });

  it("comes out of Hermes' own reading as it was written", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const read = asRead(render(input));
        const [{ provider, model }] = input.models;
        expect(read.model).toMatchObject({
          default: model,
          provider: "custom",
          base_url: provider.baseUrl.replace(/\/$/, ""),
          api_key: input.relayToken,
        });
        expect(read.terminal).toEqual({ backend: "local", cwd: `${input.stateDir}/workspace` });
        expect(read.approvals).toEqual({ mode: "off" });
      }),
    );
  });

  it("keeps every name literal, with dollars and braces in any order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("$", "{", "}", "A", " ", "-", "${A}", "$${A}", "${LITERAL_DOLLAR}", "${HOME}"), { minLength: 1 }),
        (parts) => {
          const model = parts.join("");
          expect(asRead(render(someInput({ models: [{ provider: someProvider("openai"), model }] }))).model.default).toBe(model);
        },
      ),
    );
  });

  it("has nothing in its YAML that is not printable, so that every reader takes it", () => {
    const model = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join("") + "\ufeff\ufffe\uffff🦞: - # '";
    const bundle = render(someInput({ models: [{ provider: someProvider("openai"), model }] }));
    // What PyYAML takes as it is, without the line ends that it has beside those of JSON.
    expect(fileOf(bundle, "config.yaml")).toMatch(
      /^[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u,
    );
    expect(asRead(bundle).model.default).toBe(model);
  });

  it("has paths that stay below their folder, and only its own files read again", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const { files, launch } = render(input);
        const paths = files.map(({ root, path }) => `${root}/${path}`);
        expect(paths).toEqual(["state/config.yaml", "state/.env", "state/SOUL.md", "state/workspace/AGENTS.md"]);
        expect(launch.liveFiles.every((path) => paths.includes(path))).toBe(true);
      }),
    );
  });

  it("leaves nothing in .env, which would beat the variables", () => {
    expect(fileOf(render(someInput()), ".env")).toMatch(/^#.*\n$/);
  });

  it("never lets the shell or the browser out of a runtime that does not isolate", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const { platform_toolsets: on, agent } = asRead(render({ ...input, isIsolated: false }));
        for (const name of ["terminal", "code_execution", "browser"]) expect(on.api_server).not.toContain(name);
        for (const name of ["terminal", "code_execution"]) expect(agent.disabled_toolsets).toContain(name);
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
    ["gateway token", { ...original, gateway: { ...original.gateway, token: "other" } }],
    ["relay token", { ...original, relayToken: "other" }],
  ];

  it.each(changes)("changes with the %s", (_what, changed) => {
    expect(render(changed).generation).not.toBe(render(original).generation);
  });

  it.each(changes.slice(0, 4))("changes with the %s in files alone that Hermes reads again", (_what, changed) => {
    expect(render(changed).launch).toEqual(render(original).launch);
    const before = new Map(render(original).files.map(({ root, path, content }) => [`${root}/${path}`, content]));
    const differing = render(changed).files.filter(({ root, path, content }) => before.get(`${root}/${path}`) !== content);
    expect(differing.map(({ root, path }) => `${root}/${path}`).every((path) => render(original).launch.liveFiles.includes(path))).toBe(
      true,
    );
  });
});

describe("the launch", () => {
  it("runs the gateway with its server on the agent's port, and with its home in the state", () => {
    const { launch } = render(someInput());
    expect([launch.command, ...launch.args].join(" ")).toBe("hermes gateway run --no-supervise");
    expect(launch).toMatchObject({ memoryFile: "state.db", reload: null, readiness: { path: "/health", port: null } });
    expect(launch.env).toMatchObject({ HERMES_HOME: "{state}", HOME: "{state}", API_SERVER_HOST: "0.0.0.0", API_SERVER_PORT: "{port}" });
    const { gateway } = someInput();
    expect(render(someInput({ gateway: { ...gateway, bind: "loopback" } })).launch.env["API_SERVER_HOST"]).toBe("127.0.0.1");
  });
});

describe("the tools", () => {
  it.each(toolCombinations)("are as they are switched, and none is in both lists: %o", (tools) => {
    const { platform_toolsets: on, agent } = asRead(render(someInput({ agent: { ...someInput().agent, tools } })));
    const switched = [
      ...(tools.files ? ["file"] : []),
      ...(tools.web ? ["web"] : []),
      ...(tools.shell ? ["terminal", "code_execution"] : []),
      ...(tools.browser ? ["browser"] : []),
      ...(tools.sessions ? ["session_search"] : []),
    ];
    expect(on.api_server).toEqual(["memory", "skills", "todo", ...switched]);
    // With the browser, releases of Hermes took away the search of the web.
    const isLeftOut = tools.web && !tools.browser;
    const all = ["browser", "code_execution", "file", "session_search", "terminal", "web"].filter(
      (name) => name !== "browser" || !isLeftOut,
    );
    expect([...switched, ...agent.disabled_toolsets].toSorted()).toEqual(all);
  });
});

describe("what the agent reads of itself", () => {
  it("is the personality word for word, and its name in one line", () => {
    const agent = { ...someInput().agent, name: "Ada\n# Rule", personality: 'Speak "plainly".\n- ${HOME}' };
    const bundle = render(someInput({ agent }));
    expect(fileOf(bundle, "SOUL.md")).toBe(`${agent.personality}\n`);
    expect(fileOf(bundle, "workspace/AGENTS.md")).toContain("- Your name is Ada # Rule 🦞.\n");
  });
});

describe("a model's context", () => {
  it("is told where it is known, and where Hermes takes it", () => {
    const models = [
      { id: "large", contextWindow: 128_000 },
      { id: "least", contextWindow: 64_000 },
      { id: "small", contextWindow: 32_768 },
    ];
    const provider = someProvider("openai", { models });
    const told = (model: string) => asRead(render(someInput({ models: [{ provider, model }] }))).model.context_length;
    expect(["large", "least", "small", "other"].map(told)).toEqual([128_000, 64_000, undefined, undefined]);
  });
});

interface ReadConfig {
  readonly model: { readonly default: string; readonly base_url: string; readonly api_key: string; readonly context_length?: number };
  readonly terminal: unknown;
  readonly approvals: unknown;
  readonly platform_toolsets: { readonly api_server: readonly string[] };
  readonly agent: { readonly disabled_toolsets: readonly string[] };
}

/** As Hermes reads it: every string once, with the variables that it is started with. An unknown one stays as it is. */
function asRead(bundle: Bundle): ReadConfig {
  return parse(fileOf(bundle, "config.yaml"), (_key, value: unknown) =>
    typeof value === "string" ? value.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => bundle.launch.env[name] ?? whole) : value,
  );
}

function fileOf(bundle: Bundle, path: string): string {
  return bundle.files.find((file) => file.path === path)?.content ?? "";
}

function withKey(input: RenderInput, apiKey: string): RenderInput {
  const [first, ...others] = input.models;
  return { ...input, models: [{ ...first, provider: { ...first.provider, apiKey } }, ...others] };
}
