import { createHash } from "node:crypto";
import { bundle as bundleSchema, type Bundle } from "@mosaic/contracts/agent-config";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noTool, renderInputs, someInput, someProvider, toolCombinations } from "../../test/render-input.js";
import type { RenderInput } from "../agent-backend.js";
import { canonicalJson } from "../canonical-json.js";
import { nanobotDefinition } from "./nanobot-definition.js";

const { render } = nanobotDefinition;

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

  it("comes out of nanobot's own reading as it was written", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const bundle = render(input);
        const read = asRead(bundle);
        const [{ provider, model }] = input.models;
        expect(read.agents.defaults).toMatchObject({ provider: "custom", model });
        expect(read.providers.custom).toEqual({ apiKey: input.relayToken, apiBase: provider.baseUrl.replace(/\/$/, "") });
        expect(read.api).toEqual({
          host: input.gateway.bind === "lan" ? "0.0.0.0" : "127.0.0.1",
          port: input.gateway.port,
          apiKey: input.gateway.token,
        });
      }),
    );
  });

  it("keeps every name literal, with dollars and braces in any order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("$", "{", "}", "A", "_", "a", "${A}", "$${A}", "${LITERAL_DOLLAR}"), { minLength: 1 }),
        (parts) => {
          const model = parts.join("");
          expect(asRead(render(someInput({ models: [{ provider: someProvider("openai"), model }] }))).agents.defaults.model).toBe(model);
        },
      ),
    );
  });

  it("has only keys at the top that nanobot knows, and paths that stay below their folder", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const bundle = render(input);
        expect(Object.keys(asRead(bundle)).toSorted()).toEqual(["agents", "api", "providers", "tools"]);
        expect(bundle.files.map(({ root, path }) => `${root}/${path}`)).toEqual([
          "state/config.json",
          "state/workspace/SOUL.md",
          "state/workspace/AGENTS.md",
        ]);
        for (const file of bundle.launch.liveFiles) expect(bundle.files.map(({ root, path }) => `${root}/${path}`)).toContain(file);
      }),
    );
  });

  it("never lets the shell out of a runtime that does not isolate, nor files out of the workspace", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const { tools } = asRead(render({ ...input, isIsolated: false }));
        expect([tools.exec.enable, tools.restrictToWorkspace]).toEqual([false, true]);
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
});

describe("the launch", () => {
  it("serves the workspace in the state, with the configuration beside the sessions, for as long as OpenClaw's turns", () => {
    const { launch } = render(someInput());
    expect([launch.command, ...launch.args].join(" ")).toBe("nanobot serve -p {port} -t 900 -w {state}/workspace -c {state}/config.json");
    expect(launch).toMatchObject({ memoryFile: "sessions", reload: null, readiness: { path: "/health", port: null } });
    expect(launch.env["HOME"]).toBe("{state}/..");
  });
});

describe("the tools", () => {
  it.each(toolCombinations)("are as they are switched: %o", (tools) => {
    const read = asRead(render(someInput({ agent: { ...someInput().agent, tools } }))).tools;
    expect([read.file.enable, read.web.enable, read.exec.enable]).toEqual([tools.files, tools.web, tools.shell]);
  });
});

describe("what the agent reads of itself", () => {
  it("is the personality word for word, and its name in one line", () => {
    const agent = { ...someInput().agent, name: "Ada\n# Rule", personality: 'Speak "plainly".\n- ${HOME}' };
    const bundle = render(someInput({ agent }));
    expect(fileOf(bundle, "workspace/SOUL.md")).toBe(`${agent.personality}\n`);
    expect(fileOf(bundle, "workspace/AGENTS.md")).toContain("- Your name is Ada # Rule 🦞.\n");
  });
});

describe("a model's limits", () => {
  it("are told where they are known", () => {
    const provider = someProvider("openai", { models: [{ id: "m", contextWindow: 32_768, maxTokens: 4096 }] });
    const limitsOf = (model: string) => asRead(render(someInput({ models: [{ provider, model }] }))).agents.defaults;
    expect(limitsOf("m")).toMatchObject({ maxTokens: 4096, contextWindowTokens: 32_768 });
    expect(Object.keys(limitsOf("other"))).toEqual(["provider", "model", "idleCompactAfterMinutes"]);
  });
});

describe("a turn's request", () => {
  const { turnRequest } = nanobotDefinition;

  it("is exactly one message of the person in the conversation's own session, and names no model", () => {
    const request = turnRequest({ gatewayToken: "t", session: "c-1", text: 'hi "you"' });
    expect(request.path).toBe("/v1/chat/completions");
    expect(request.headers).toMatchObject({ authorization: "Bearer t", "content-type": "application/json" });
    expect(JSON.parse(request.body)).toEqual({ session_id: "conv-c-1", stream: true, messages: [{ role: "user", content: 'hi "you"' }] });
  });

  it("shows images inside that one message", () => {
    const images = [{ name: "a.png", mediaType: "image/png", base64: "iVBO" }];
    const { messages } = JSON.parse(turnRequest({ gatewayToken: "t", session: "c", text: "what?", images }).body);
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "what?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } },
        ],
      },
    ]);
  });
});

describe("an answer other than 200", () => {
  const error = (message: string, code: number) => JSON.stringify({ error: { message, type: "invalid_request_error", code } });
  it.each([
    [401, error("Missing Authorization header. Use: Bearer <api_key>", 401), "does not accept Mosaic's token"],
    [401, error("Invalid API key", 401), "does not accept Mosaic's token"],
    [401, "Invalid API key", "does not accept Mosaic's token"],
    [400, error("Only a single user message is supported", 400), "exactly one message"],
    [400, error("Only configured model 'glm-5' is available", 400), "glm-5"],
    [400, error("Invalid JSON body", 400), "(400): “Invalid JSON body”"],
    [413, error("File 'a.png' exceeds 10MB limit", 413), "too large"],
    [504, error("Request timed out after 900.0s", 504), "in the time that it has"],
    [500, error("Internal server error", 500), "(500): “Internal server error”"],
    [502, "<html>Bad Gateway</html>", "(502). Send"],
    [429, "", "busy"],
    [503, "", "busy"],
    [404, "404: Not Found", "(404): “404: Not Found”"],
  ])("%i %s says what to do", (status, body, detail) => {
    expect(nanobotDefinition.explainResponse(status, body)).toEqual({ code: "agent_broke_off", detail: expect.stringContaining(detail) });
  });
});

interface ReadConfig {
  readonly providers: { readonly custom: { readonly apiKey: string; readonly apiBase: string } };
  readonly agents: { readonly defaults: { readonly provider: string; readonly model: string } };
  readonly tools: {
    readonly restrictToWorkspace: boolean;
    readonly file: { readonly enable: boolean };
    readonly web: { readonly enable: boolean };
    readonly exec: { readonly enable: boolean };
  };
  readonly api: { readonly host: string; readonly port: number; readonly apiKey: string };
}

/** As nanobot reads it: every string once, with the variables that it is started with. An unknown one ends it. */
function asRead({ files, launch }: Bundle): ReadConfig {
  const content = files.find(({ path }) => path === "config.json")?.content ?? "";
  return JSON.parse(content, (_key, value: unknown) =>
    typeof value !== "string"
      ? value
      : value.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
          const known = launch.env[name];
          if (known === undefined) throw new Error(`Environment variable '${name}' referenced in config is not set`);
          return known;
        }),
  );
}

function fileOf(bundle: Bundle, path: string): string {
  return bundle.files.find((file) => file.path === path)?.content ?? "";
}

function withKey(input: RenderInput, apiKey: string): RenderInput {
  const [first, ...others] = input.models;
  return { ...input, models: [{ ...first, provider: { ...first.provider, apiKey } }, ...others] };
}
