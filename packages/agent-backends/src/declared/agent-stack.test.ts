import { declaredBackend } from "@mosaic/contracts/declared-backend";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importAgentStack } from "./agent-stack.js";

/** Written after its documented schema, with every field. */
const full = {
  name: "Scribe_2",
  display_name: "Scribe",
  image: "registry.example:5000/agents/scribe:1.4",
  container_prefix: "agstack-scribe",
  internal_port: 7000,
  health_path: "/alive",
  ready_path: "/v1/models",
  extra_models: ["scribe/main", "scribe/fast"],
  api_key_env: "SCRIBE_KEY",
  api_key_header: "X-Api-Key",
  api_key_scheme: "",
  seed_subdir: "scribe-home",
  mount_target: "/home/scribe/data/",
  extra_env: { MODE: "server", SHELL_TEXT: "${HOME}/x", SCRIBE_KEY: "overwritten" },
  user_overridable_env: ["LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL", "SEARCH_KEY"],
  templated_files: ["config.json"],
  cmd: ["scribe", "--listen", "0.0.0.0:7000"],
  user: "scribe",
  chown_uid: 1001,
  chown_gid: 1001,
  extra_hosts: { "llm.example": "10.0.0.2" },
  extra_networks: [],
  dns: ["10.0.0.1"],
  default_idle_seconds: 900,
};

/** Its own three, in short: what each of them needs of an importer. */
const own = [
  {
    name: "openclaw",
    display_name: "OpenClaw",
    image: "ghcr.io/openclaw/openclaw:latest",
    internal_port: 17_567,
    health_path: "/healthz",
    extra_models: ["openclaw/main"],
    api_key_env: "OPENCLAW_GATEWAY_TOKEN",
    api_key_header: "Authorization",
    api_key_scheme: "Bearer",
    seed_subdir: "openclaw-home",
    mount_target: "/home/node/.openclaw",
    extra_env: { OPENCLAW_GATEWAY_BIND: "0.0.0.0" },
    user_overridable_env: ["LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"],
    templated_files: ["openclaw.json"],
    cmd: ["node", "openclaw.mjs", "gateway"],
    user: "node",
    chown_uid: 1000,
    default_idle_seconds: 600,
    extra_networks: ["models_default"],
  },
  {
    name: "hermes-agent",
    display_name: "Hermes Agent",
    image: "nousresearch/hermes-agent:latest",
    internal_port: 8080,
    health_path: "/health",
    extra_models: ["hermes-agent/main"],
    api_key_env: "API_SERVER_KEY",
    seed_subdir: "hermes-home",
    mount_target: "/opt/data",
    extra_env: { HERMES_HOME: "/opt/data", API_SERVER_ENABLED: "true" },
    user_overridable_env: ["LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"],
    cmd: ["gateway", "run"],
    user: "root",
    chown_uid: 0,
    chown_gid: 0,
  },
  {
    name: "nanobot",
    display_name: "nanobot (HKUDS)",
    image: "agstack/nanobot-hkuds:0.1.5.post3",
    internal_port: 8900,
    health_path: "/health",
    forward_model_env: "LLM_MODEL",
    seed_subdir: "nanobot-home",
    mount_target: "/home/nanobot/.nanobot",
    extra_env: {},
    cmd: ["serve"],
    user: "nanobot",
    chown_uid: 1000,
    default_idle_seconds: 1800,
  },
];

describe("agent-stack's backends.json", () => {
  it("is carried over with all that has a place here", () => {
    const { backends } = importAgentStack({ backends: [full] });
    expect(backends).toEqual([
      declaredBackend.parse({
        id: "scribe-2",
        label: "Scribe",
        image: "registry.example:5000/agents/scribe:1.4",
        command: ["scribe", "--listen", "0.0.0.0:7000"],
        user: 1001,
        port: 7000,
        readyPath: "/alive",
        stateDir: "/home/scribe/data",
        environment: {
          LLM_API_KEY: "${LLM_API_KEY}",
          LLM_BASE_URL: "${LLM_BASE_URL}",
          LLM_MODEL: "${LLM_MODEL}",
          MODE: "server",
          SHELL_TEXT: "$${HOME}/x",
        },
        key: { env: "SCRIBE_KEY", header: "x-api-key", prefix: "" },
        model: { send: "literal", name: "scribe/main" },
        idleTimeoutSeconds: 900,
      }),
    ]);
  });

  it("tells of everything that has none", () => {
    const { notes } = importAgentStack({ backends: [{ ...full, network_mode: "host", sparkle: 1 }] });
    const wanted = ["scribe-2", "config.json", "SEARCH_KEY", "scribe/fast", "extra_hosts, dns", "network_mode", "sparkle"];
    expect(wanted.map((words) => notes.filter((note) => note.includes(words)).length)).toEqual(wanted.map(() => 1));
  });

  it("may have its own three entries", () => {
    const { backends, notes } = importAgentStack({ backends: own });
    expect(backends.map(({ id, command, user, session, model, key }) => ({ id, command, user, session, model, key: key?.env }))).toEqual([
      {
        id: "agent-stack-openclaw",
        command: ["node", "openclaw.mjs", "gateway"],
        user: 1000,
        session: { by: "user" },
        model: { send: "literal", name: "openclaw/main" },
        key: "OPENCLAW_GATEWAY_TOKEN",
      },
      {
        id: "hermes-agent",
        command: ["hermes", "gateway", "run"],
        user: 10_000,
        session: { by: "header", name: "x-hermes-session-id" },
        model: { send: "literal", name: "hermes-agent/main" },
        key: "API_SERVER_KEY",
      },
      {
        id: "agent-stack-nanobot",
        command: ["nanobot", "serve"],
        user: 1000,
        session: { by: "body", field: "session_id" },
        model: { send: "configured" },
        key: "OPENAI_API_KEY",
      },
    ]);
    expect(notes.join("\n")).toMatch(/hermes-agent: No agent runs as root/);
    expect(notes.join("\n")).toMatch(/openclaw: .*extra_networks/);
    expect(notes.join("\n")).not.toMatch(/(?:openclaw|nanobot): No agent runs as root/);
  });

  it("may be one entry alone, and of two with one name the last one counts", () => {
    expect(importAgentStack(full).backends.map(({ id }) => id)).toEqual(["scribe-2"]);
    const twice = [full, { ...full, internal_port: 7001 }];
    expect(importAgentStack({ backends: twice }).backends.map(({ port }) => port)).toEqual([7001]);
  });

  it("says which entry is left out, and why", () => {
    const { backends, notes } = importAgentStack({
      backends: [
        { ...full, disabled: true },
        { ...full, cmd: null },
        { ...full, mount_target: "/proc/x" },
      ],
    });
    expect(backends).toEqual([]);
    expect(notes).toEqual([
      expect.stringContaining("disabled"),
      expect.stringContaining("has no cmd"),
      expect.stringContaining("stateDir: The system or Mosaic needs this folder"),
    ]);
  });

  it.each([[{}], [{ backends: [] }], [{ backends: [1] }], [{ backends: [{ name: "x" }] }], [{ backends: "x" }]])(
    "is refused in words for what is no such file: %j",
    (file) => {
      expect(() => importAgentStack(file)).toThrow("agent-stack");
    },
  );

  it("never gives what the schema refuses, nor fails in other words, whatever its fields are", () => {
    const anything = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string()), fc.dictionary(fc.string(), fc.string()));
    const changes = fc.dictionary(fc.constantFrom(...Object.keys(full)), anything, { maxKeys: 4 });
    fc.assert(
      fc.property(changes, (change) => {
        try {
          for (const backend of importAgentStack({ backends: [{ ...full, ...change }] }).backends) {
            expect(declaredBackend.parse(backend)).toEqual(backend);
          }
        } catch (error) {
          expect(String(error)).toContain("nor the backends.json of agent-stack");
        }
      }),
    );
  });
});
