import { createHash } from "node:crypto";
import { bundle as bundleSchema, type Bundle } from "@mosaic/contracts/agent-config";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { someDeclared } from "../../test/declared-kind.js";
import { renderInputs, someInput, someProvider } from "../../test/render-input.js";
import type { RenderInput, TurnRequestInput } from "../agent-backend.js";
import { canonicalJson } from "../canonical-json.js";
import { definitionOf } from "./definition.js";

const { render, ...echo } = definitionOf(someDeclared());

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

  it("is JSON that says what was put in", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const [{ provider, model }] = input.models;
        expect(JSON.parse(contentOf(render(input), "state/config.json"))).toEqual({
          base: provider.baseUrl.replace(/\/$/, "").toWellFormed(),
          model: model.toWellFormed(),
          name: input.agent.name.toWellFormed(),
          port: input.gateway.port,
        });
      }),
    );
  });

  it("is YAML that says what was put in", () => {
    fc.assert(
      fc.property(renderInputs, (input) => {
        const content = contentOf(render(input), "run/soul.yaml");
        expect(parse(content)).toEqual({ soul: input.agent.personality.toWellFormed(), key: input.gateway.token });
        // Readers refuse what YAML 1.2 does not print, and those of 1.1 have more line breaks.
        expect(content).toMatch(/^[\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
    );
  });

  it("has its secrets in secret variables and in memory alone, and no provider's key anywhere", () => {
    fc.assert(
      fc.property(renderInputs, (generated) => {
        const [first, ...others] = generated.models;
        const apiKey = "sk-canary-1234567890abcdef";
        const input: RenderInput = { ...generated, models: [{ ...first, provider: { ...first.provider, apiKey } }, ...others] };
        const { files, launch } = render(input);
        const open = Object.entries(launch.env).filter(([name]) => !launch.secretEnv.includes(name));
        const readable = JSON.stringify([files.filter(({ root }) => root === "state"), open, launch.command, launch.args]);
        for (const secret of [input.relayToken, input.gateway.token]) expect(readable).not.toContain(secret);
        expect(JSON.stringify([files, launch])).not.toContain("sk-canary");
      }),
    );
  });

  it("has no zero byte in a variable", () => {
    const { launch } = render(someInput({ agent: { ...someInput().agent, name: "A\u0000b" } }));
    expect(launch.env["AGENT"]).toContain("Ab (");
  });
});

describe("the launch", () => {
  const { launch } = render(someInput({ stateDir: "/data", gateway: { token: "gateway-token", port: 8080, bind: "lan" } }));

  it("is the declared command with its places filled, and what it can't say is left as it is", () => {
    const words = "echo-agent --port 8080 --config /data/config.json --soul=/run/mosaic/soul.yaml";
    expect([launch.command, ...launch.args].join(" ")).toBe(words);
    expect(launch.env).toEqual({
      LLM_KEY: "Bearer relay-token-canary",
      AGENT: "Ada (0199f000-0000-7000-8000-00000000a9e1), ${AGENT_NAME}",
      PLAIN: "x",
      SERVER_KEY: "gateway-token",
    });
    expect(launch.secretEnv).toEqual(["LLM_KEY", "SERVER_KEY"]);
  });

  it("names what is read again at each turn", () => {
    expect(launch).toMatchObject({
      liveFiles: ["run/soul.yaml", "state/SOUL.md"],
      readiness: { path: "/health", port: null },
      memoryFile: null,
      reload: null,
      warmUp: null,
    });
  });

  it("has no key where the agent's server asks for none", () => {
    const { launch: open } = definitionOf(someDeclared({ key: null, environment: {} })).render(someInput());
    expect([open.env, open.secretEnv]).toEqual([{}, []]);
  });
});

describe("the generation", () => {
  const original = someInput();
  const changes: readonly [string, RenderInput][] = [
    ["personality", { ...original, agent: { ...original.agent, personality: "Terse." } }],
    ["name", { ...original, agent: { ...original.agent, name: "Grace" } }],
    ["model", { ...original, models: [{ provider: someProvider("openai"), model: "model-2" }] }],
    ["gateway token", { ...original, gateway: { ...original.gateway, token: "other" } }],
    ["relay token", { ...original, relayToken: "other" }],
  ];
  it.each(changes)("changes with the %s", (_what, changed) => {
    expect(render(changed).generation).not.toBe(render(original).generation);
  });

  it("changes with the declaration", () => {
    const other = definitionOf(someDeclared({ command: ["echo-agent"] }));
    expect(other.render(original).generation).not.toBe(render(original).generation);
  });
});

describe("what is known of a declared kind", () => {
  it("is what its declaration says", () => {
    expect(echo).toMatchObject({
      id: "echo",
      label: "Echo",
      description: "Says it again.",
      models: "relay",
      installation: null,
      socket: null,
      clientTools: false,
      container: { port: 8080, stateDir: "/data", user: 1234, supervisor: "mounted", writesRoot: true, command: null },
      defaults: { image: "example.org/echo:1", pidsLimit: 256, idleTimeoutSeconds: 1800 },
    });
    expect(echo.capabilities.tools).toEqual([]);
    expect(Object.values(echo.defaults.tools)).not.toContain(true);
  });

  it("follows from where a placeholder stands: when a change is taken over", () => {
    const changesOf = (over: Record<string, unknown>) =>
      definitionOf(someDeclared({ command: ["x"], environment: {}, files: [], ...over })).capabilities.changes;
    const file = { root: "state", path: "a", content: "${AGENT_PERSONALITY} ${LLM_MODEL}" };
    expect(changesOf({})).toEqual({ model: "restart", personality: "restart" });
    expect(changesOf({ model: { send: "configured" } }).model).toBe("turn");
    expect(changesOf({ files: [{ ...file, reads: "turn" }] })).toEqual({ model: "turn", personality: "turn" });
    expect(changesOf({ files: [file] })).toEqual({ model: "restart", personality: "restart" });
    expect(changesOf({ files: [{ ...file, reads: "turn" }], environment: { U: "${LLM_BASE_URL}" } }).model).toBe("restart");
  });
});

describe("a turn's request", () => {
  const request = (rules: Record<string, unknown>, over: Partial<TurnRequestInput> = {}) => {
    const { path, headers, body } = definitionOf(someDeclared(rules)).turnRequest({
      gatewayToken: "t",
      session: "c-1",
      text: 'hi "you"',
      ...over,
    });
    return { path, headers, body: JSON.parse(body) as Record<string, unknown> };
  };
  const message = { role: "user", content: 'hi "you"' };

  it("is the message with the conversation as its user, and the key", () => {
    expect(request({})).toEqual({
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer t", "content-type": "application/json", accept: "text/event-stream" },
      body: { user: "conv-c-1", stream: true, messages: [message] },
    });
  });

  it("has the session where it is declared", () => {
    expect(request({ session: { by: "body", field: "session_id" } }).body).toEqual({
      session_id: "conv-c-1",
      stream: true,
      messages: [message],
    });
    const byHeader = request({ session: { by: "header", name: "x-session" } });
    expect([byHeader.headers["x-session"], "user" in byHeader.body]).toEqual(["conv-c-1", false]);
    expect(JSON.stringify(request({ session: { by: "none" } }))).not.toContain("c-1");
  });

  it("has the key as it is declared, or none", () => {
    expect(request({ key: { env: "K", header: "x-key", prefix: "" } }).headers).toMatchObject({ "x-key": "t" });
    expect(Object.keys(request({ key: null }).headers)).toEqual(["content-type", "accept"]);
  });

  it("has the whole history only where that is declared", () => {
    const history = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ] as const;
    expect(request({ history: "whole" }, { history }).body["messages"]).toEqual([...history, message]);
    expect(request({ history: "whole" }).body["messages"]).toEqual([message]);
    expect(request({}, { history }).body["messages"]).toEqual([message]);
  });

  it("names a model as it is declared", () => {
    expect(request({}, { model: "m" }).body).not.toHaveProperty("model");
    expect(request({ model: { send: "literal", name: "echo/main" } }, { model: "m" }).body["model"]).toBe("echo/main");
    expect(request({ model: { send: "configured" } }, { model: "m" }).body["model"]).toBe("m");
    expect(request({ model: { send: "configured" } }).body).not.toHaveProperty("model");
  });

  it("shows images as parts of the message", () => {
    const images = [{ name: "a.png", mediaType: "image/png", base64: "iVBO" }];
    expect(request({}, { images }).body["messages"]).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: 'hi "you"' },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } },
        ],
      },
    ]);
  });
});

describe("an answer other than 200", () => {
  const error = (message: string, type = "x") => JSON.stringify({ error: { message, type } });
  it.each([
    [401, error("no"), "agent_broke_off", "does not accept Mosaic's key: “no”"],
    [403, "", "agent_broke_off", "does not accept Mosaic's key."],
    [404, error("no such model"), "agent_broke_off", "nothing at /v1/chat/completions"],
    [413, "", "agent_broke_off", "too large"],
    [429, error("slow down"), "agent_broke_off", "busy or not ready yet: “slow down”"],
    [503, "", "agent_broke_off", "busy"],
    [500, error("disk is full"), "agent_broke_off", "failed (500): “disk is full”"],
    [502, "<html>Bad Gateway</html>", "agent_broke_off", "failed (502). Send"],
    [502, error("401 Incorrect API key"), "provider_key_refused", "did not accept the key"],
    [500, error("Error code: 429 - slow down"), "agent_broke_off", "failed (500)"],
    [500, error("x", "rate_limit_error"), "provider_rate_limited", "rate limit"],
    [400, error("bad field"), "agent_broke_off", "did not accept the message (400): “bad field”"],
    [422, JSON.stringify({ detail: [{ loc: ["body", "user"], msg: "wrong" }] }), "agent_broke_off", "body.user: wrong"],
    [400, error("your key sk-abcdefghijkl1234567890"), "agent_broke_off", "your key [hidden]"],
  ])("%i %s says what to do", (status, body, code, detail) => {
    expect(echo.explainResponse(status, body)).toEqual({ code, detail: expect.stringContaining(detail) });
  });
});

function contentOf({ files }: Bundle, place: string): string {
  return files.find(({ root, path }) => `${root}/${path}` === place)?.content ?? "";
}
