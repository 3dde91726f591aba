import { mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { createHash, createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { networkInterfaces } from "node:os";
import { join } from "node:path";

import { openclawLaunch } from "@mosaic/agent-backends/openclaw-launch";
import type { Launch } from "@mosaic/contracts/agent-config";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { Agent, type Bundle, type BundleFile, FakeApi, isAlive } from "./supervisor-harness.js";

const fieldKey = "sk-canary-key-1234567890";
const testToken = "gateway-canary-token-1234567890";
const withinLimit = { timeout: 15_000, interval: 20 };
const withParent = { MOSAIC_EXIT_WITH_PARENT: "1" };

let api: FakeApi;
let agent: Agent;

beforeEach(async () => {
  api = new FakeApi();
  agent = await Agent.create();
  await api.listen();
  api.bundle = bundleOf();
});

afterEach(async () => {
  await agent.remove();
  await api.close();
});

describe("a start", () => {
  test("puts the configuration in memory, the workspace on the volume, both for the owner only", async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    const config = await stat(join(agent.runDir, "openclaw.json"));
    expect(config.mode & 0o777).toBe(0o600);
    expect(await readFile(join(agent.stateDir, "workspace/SOUL.md"), "utf8")).toBe("You are Ada.");
    expect((await stat(join(agent.stateDir, "workspace/SOUL.md"))).mode & 0o777).toBe(0o600);
    expect(await readdir(agent.runDir)).toEqual(["openclaw.json"]);
  });

  test("tells Mosaic its stages in order, with the generation", async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toEqual(["starting", "waiting", "warming", "ready"]);
    const state = { mark: expect.stringMatching(/^[0-9a-f-]{36}$/), isNew: true, isEmpty: true };
    expect(api.statuses.at(-1)).toEqual({ phase: "ready", generation: api.bundle?.generation, state });
  });

  test("makes one throw-away turn against its own canned model", async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    const { lastTurn } = await agent.gateway();
    expect(lastTurn?.headers["x-openclaw-model"]).toBe("warm/m");
    expect(lastTurn?.headers["authorization"]).toBe(`Bearer ${testToken}`);
    expect(lastTurn?.answer).toContain('"content":"ok"');
  });

  test.each([
    ["makes no throw-away turn when somebody waits already", { isAwaited: true }, 0],
    ["makes one when nobody waits", { isAwaited: false }, 1],
    ["makes one for a Mosaic of before, which says nothing", null, 1],
  ] as const)("%s", async (_what, answer, turns) => {
    api.statusAnswer = answer;
    api.bundle = bundleOf();
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toEqual(["starting", "waiting", "warming", "ready"]);
    expect((await agent.gateway()).lastTurn === null ? 0 : 1).toBe(turns);
  });

  test("is ready all the same when the warm-up fails", async () => {
    api.bundle = bundleOf({ warmup: { model: "missing/m", gatewayToken: testToken } });
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), { timeout: 40_000 }).toContain("ready");
    expect(agent.output).toContain("warm-up-failed");
  }, 45_000);

  test("gives the gateway neither the token nor what else is in the environment", async () => {
    agent.startWithToken(api, { DATABASE_URL: "postgres://canary", MOSAIC_SECRET_KEY: "canary", AWS_SECRET_ACCESS_KEY: "canary" });
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    const { env } = await agent.gateway();
    expect(JSON.stringify(env)).not.toContain("canary");
    expect(JSON.stringify(env)).not.toContain(api.token);
    expect(Object.keys(env).filter((name) => name.startsWith("MOSAIC_"))).toEqual([]);
    expect(env["OPENCLAW_CONFIG_PATH"]).toBe(join(agent.runDir, "openclaw.json"));
    expect(env["OPENCLAW_STATE_DIR"]).toBe(agent.stateDir);
  });

  test("keeps asking while Mosaic is away", async () => {
    await api.close();
    agent.startWithToken(api);
    await expect.poll(() => agent.output, withinLimit).toContain("waiting-for-mosaic");
    await api.listen();
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
  });

  test("asks again after an answer that broke off in the middle, and after a 503", async () => {
    api.nextAnswers.push(
      (_request, response) => {
        response.writeHead(200, { "content-length": "5000" }).write('{"generation":"x","files":[');
        setTimeout(() => response.destroy(), 50);
      },
      (_request, response) => response.writeHead(503).end(),
    );
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    expect(api.bundleRequests).toBeGreaterThanOrEqual(3);
  });
});

describe("what it runs", () => {
  test("is the image's own where a Mosaic of before does not say it", async () => {
    await writeFile(join(agent.softwareDir, "launch.json"), JSON.stringify(openclawLaunch));
    const { launch: _launch, ...before } = bundleOf();
    api.bundle = before;
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toEqual(["starting", "waiting", "warming", "ready"]);
    expect((await agent.gateway()).lastTurn?.answer).toContain('"content":"ok"');
  });

  test("must be said by one of the two", async () => {
    const { launch: _launch, ...before } = bundleOf();
    api.bundle = before;
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines().at(-1)).toEqual({ mosaic: "bundle-invalid", reason: "neither the bundle nor the image says what to run" });
  });

  test("is named where it is not understood", async () => {
    api.bundle = bundleOf({ launch: { ...openclawLaunch, reload: { lines: [""], refusals: ["no"], patienceMs: 10 } } });
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines().at(-1)).toMatchObject({ mosaic: "bundle-invalid", reason: expect.stringContaining('"reload.lines"') });
  });

  test("may come with more than this supervisor knows, of a Mosaic that is newer", async () => {
    const newer = { ...bundleOf(), mood: "sunny", launch: { ...openclawLaunch, sandbox: { kind: "glass" } } };
    api.bundle = newer;
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
  });

  test("listens on its loopback only where the launch has a relay, and the supervisor on the other addresses", async () => {
    api.bundle = bundleOf({ launch: { ...openclawLaunch, relay: { args: ["--bind", "loopback"] } } });
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    expect((await agent.gateway()).argv.slice(-2)).toEqual(["--bind", "loopback"]);
    const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address } of others.filter(({ internal, family }) => !internal && family === "IPv4")) {
      expect((await fetch(`http://${address}:${agent.port}/readyz`)).status).toBe(200);
    }
  });

  test("is any software: another command, configuration, port and readiness, no memory, no warm-up", async () => {
    await writeFile(
      join(agent.softwareDir, "other.mjs"),
      `import { readFileSync } from "node:fs"; import http from "node:http";
      const said = JSON.stringify({ hello: readFileSync(process.env.OTHER_SETTINGS, "utf8"), mode: process.argv[2], port: process.argv[3] });
      http.createServer((request, response) => response.writeHead(request.url === "/healthy" ? 200 : 404).end(said)).listen(Number(process.argv[4]), "127.0.0.1");`,
    );
    const launch: Launch = {
      command: "{node}",
      args: ["{software}/other.mjs", "serve{this}", "{port}", String(agent.port + 1)],
      env: { OTHER_SETTINGS: "{run}/settings/other.toml" },
      secretEnv: [],
      relay: null,
      configFile: "settings/other.toml",
      liveFiles: [],
      readiness: { path: "/healthy", port: agent.port + 1 },
      reload: { lines: ["reloaded"], refusals: ["not reloaded"], patienceMs: 10 },
      memoryFile: "memory.db",
      log: { turnFault: null, tooBusy: null },
      repairs: [],
      warmUp: null,
    };
    api.bundle = { ...bundleOf(), launch, files: [{ root: "run", path: "settings/other.toml", content: "hi = 1" }] };
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toEqual(["starting", "waiting", "ready"]);
    const answer = await fetch(`http://127.0.0.1:${String(agent.port + 1)}/healthy`);
    expect(await answer.json()).toEqual({ hello: "hi = 1", mode: "serve{this}", port: String(agent.port) });
  });

  describe("software that reads its settings at its start only", () => {
    const soul = (content: string): BundleFile => ({ root: "state", path: "SOUL.md", content });
    const settings = (content: string): BundleFile => ({ root: "state", path: "settings.toml", content });

    beforeEach(async () => {
      await writeFile(
        join(agent.softwareDir, "other.mjs"),
        `import http from "node:http"; http.createServer((request, response) => response.end(process.env.OTHER_KEY ?? "")).listen(Number(process.argv[2]), "127.0.0.1");
        if (process.env.OTHER_KEY === "key-of-death") { console.error("no such key: " + process.env.OTHER_KEY); process.exit(3); }`,
      );
    });

    const bundle = (files: BundleFile[], key = "key-of-this-start"): Bundle => ({
      ...bundleOf(),
      generation: createHash("sha256")
        .update(JSON.stringify([files, key]))
        .digest("hex"),
      launch: {
        ...openclawLaunch,
        args: ["{software}/other.mjs", "{port}"],
        env: { OTHER_KEY: key },
        secretEnv: ["OTHER_KEY"],
        configFile: null,
        liveFiles: ["state/SOUL.md"],
        readiness: { path: "/", port: null },
        reload: null,
        memoryFile: null,
        warmUp: null,
        repairs: [],
      },
      files,
      warmup: null,
    });

    test("gets a file that it reads again by itself, and is outdated by any other and by a variable", async () => {
      api.bundle = bundle([soul("You are Ada."), settings("a = 1")]);
      agent.startWithToken(api);
      await expect.poll(() => api.phases(), withinLimit).toEqual(["starting", "waiting", "ready"]);
      api.bundle = bundle([soul("You are Grace."), settings("a = 1")]);
      await expect.poll(() => api.phases().at(-1), withinLimit).toBe("applied");
      expect(await readFile(join(agent.stateDir, "SOUL.md"), "utf8")).toBe("You are Grace.");
      api.bundle = bundle([soul("You are Linus."), settings("a = 2")]);
      await expect.poll(() => api.phases().at(-1), withinLimit).toBe("outdated");
      // The new personality comes with the next start, as what it belongs to.
      expect(await readFile(join(agent.stateDir, "SOUL.md"), "utf8")).toBe("You are Grace.");
      expect(await readFile(join(agent.stateDir, "settings.toml"), "utf8")).toBe("a = 1");
      api.bundle = bundle([soul("You are Grace."), settings("a = 1")]);
      await expect.poll(() => api.phases().at(-1), withinLimit).toBe("applied");
      api.bundle = bundle([soul("You are Grace."), settings("a = 1")], "another-key");
      await expect.poll(() => api.phases().at(-1), withinLimit).toBe("outdated");
    });

    test("tells how it ended without the secrets among its variables", async () => {
      api.bundle = bundle([], "key-of-death");
      agent.startWithToken(api);
      expect(await agent.exitCode()).toBe(3);
      expect(agent.output).toContain("no such key: [redacted]");
      expect(JSON.stringify(api.statuses)).not.toContain("key-of-death");
    });

    test("passes on all of its image's environment but Mosaic's own, when it is told to", async () => {
      await writeFile(
        join(agent.softwareDir, "other.mjs"),
        `import http from "node:http"; http.createServer((request, response) => response.end(Object.keys(process.env).join())).listen(Number(process.argv[2]), "127.0.0.1");`,
      );
      api.bundle = bundle([]);
      agent.startWithToken(api, { MOSAIC_PASS_ENVIRONMENT: "1", VIRTUAL_ENV: "/opt/venv" });
      await expect.poll(() => api.phases(), withinLimit).toEqual(["starting", "waiting", "ready"]);
      const names = (await (await fetch(`http://127.0.0.1:${String(agent.port)}/`)).text()).split(",");
      expect(names).toContain("VIRTUAL_ENV");
      expect(names).toContain("OTHER_KEY");
      expect(names.filter((name) => name.startsWith("MOSAIC_"))).toEqual([]);
    });
  });

  test("listens where Mosaic is told with every question for its files", async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.bundleRequests, withinLimit).toBeGreaterThan(1);
    expect([...api.saidPorts]).toEqual([String(agent.port)]);
    expect([...api.saidTokens]).toEqual([null]);
  });
});

describe("what it says", () => {
  test("is signed with the token once it has it, and every line has a time of its own", async () => {
    agent.startWithToken(api);
    await expect.poll(() => agent.output, withinLimit).toContain('"ready"');
    agent.signalGroup("SIGTERM");
    await agent.exitCode();
    const key = createHmac("sha256", api.token).update("mosaic-log").digest();
    const lines = agent.output.trim().split("\n");
    const times = lines.map((line) => {
      const [, text = "", mac] = /^(.*),"mac":"([\w-]{43})"\}$/.exec(line) ?? [];
      expect(createHmac("sha256", key).update(`${text}}`).digest("base64url")).toBe(mac);
      return Number(/,"at":(\d+)$/.exec(text)?.[1]);
    });
    expect(lines.length).toBeGreaterThan(1);
    expect(times.every((time, index) => time > (times[index - 1] ?? 0))).toBe(true);
  });
});

describe("a start that can't be", () => {
  test("ends with 77 when the token is refused", async () => {
    agent.start(api);
    agent.stdin.write("not-the-token\n");
    expect(await agent.exitCode()).toBe(77);
    expect(agent.lines()).toEqual([{ mosaic: "token-refused", reason: "Mosaic does not know this container's token" }]);
  });

  test("ends with a reason when standard input is closed before the token came", async () => {
    agent.start(api);
    agent.stdin.end();
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines()).toEqual([{ mosaic: "token-missing", reason: "standard input was closed before the token came" }]);
  });

  test("ends with a reason when no token comes within 10 s", async () => {
    agent.start(api);
    agent.stdin.write("half a lin");
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines()).toEqual([{ mosaic: "token-missing", reason: "no token came on standard input within 10 s" }]);
  }, 20_000);

  test.each([
    ["a parent folder", { root: "state", path: "../evil", content: "x" }],
    ["a parent folder, hidden", { root: "state", path: "workspace/../../evil", content: "x" }],
    ["an absolute path", { root: "run", path: "/tmp/evil", content: "x" }],
    ["the root itself", { root: "state", path: ".", content: "x" }],
    ["an unknown root", { root: "home", path: "evil", content: "x" }],
  ])("ends with 78 and writes nothing when the bundle leads to %s", async (_what, file) => {
    api.bundle = bundleOf({ more: [file] });
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines().at(-1)).toMatchObject({ mosaic: "bundle-invalid" });
    expect(api.statuses.at(-1)?.phase).toBe("failed");
    expect(await readdir(agent.runDir)).toEqual([]);
    expect(existsSync(join(agent.folder, "evil"))).toBe(false);
  });

  test("ends with 78 when the bundle has no configuration", async () => {
    api.bundle = { ...bundleOf(), files: [] };
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines().at(-1)).toEqual({ mosaic: "bundle-invalid", reason: "the bundle has no openclaw.json" });
  });

  test("does not print what it could not read", async () => {
    api.nextAnswers.push((_request, response) => response.end(`{"apiKey": ${fieldKey}`));
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines().at(-1)).toEqual({ mosaic: "bundle-invalid", reason: "the bundle is not JSON" });
  });

  test("refuses a folder of the workspace that the agent turned into a link elsewhere", async () => {
    await mkdir(join(agent.folder, "elsewhere"));
    await symlink(join(agent.folder, "elsewhere"), join(agent.stateDir, "workspace"));
    agent.startWithToken(api);
    expect(await agent.exitCode()).not.toBe(0);
    expect(await readdir(join(agent.folder, "elsewhere"))).toEqual([]);
  });
});

test("what the gateway's log says of a failed turn is passed on, without secrets; no other line is", async () => {
  const fault = (secret: string): string =>
    `embedded run agent end: runId=chatcmpl_1-a isError=true model=m provider=p error=x rawError=eos ${secret}`;
  const says = `12:00 [agent] \u001b[33m${fault(fieldKey)}\nthe conversation: runId=chatcmpl_2 SECRET WORDS`;
  api.bundle = bundleOf({ fake: { says } });
  agent.startWithToken(api);
  await expect.poll(() => api.phases(), withinLimit).toContain("turn_failed");
  expect(api.statuses.filter(({ phase }) => phase === "turn_failed")).toEqual([
    { phase: "turn_failed", runId: "chatcmpl_1-a", detail: fault("[redacted]") },
  ]);
});

test("authorities that came with the bundle are known to the gateway from its start", async () => {
  api.bundle = bundleOf({ more: [{ root: "run", path: "ca-certificates.pem", content: "PEM" }] });
  agent.startWithToken(api);
  await expect.poll(() => api.phases(), withinLimit).toContain("ready");
  const { env } = (await (await fetch(`http://127.0.0.1:${String(agent.port)}/`)).json()) as { env: Record<string, string> };
  expect(env["NODE_EXTRA_CA_CERTS"]).toBe(join(agent.runDir, "ca-certificates.pem"));
});

describe("the end", () => {
  test("is the gateway's: its code, and its last words without secrets", async () => {
    api.bundle = bundleOf({ fake: { dies: `cannot use ${fieldKey} with ${testToken}`, code: 78 } });
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines().at(-1)).toEqual({ mosaic: "gateway-exited", code: 78, reason: "cannot use [redacted] with [redacted]" });
    expect(api.statuses.at(-1)).toMatchObject({
      phase: "failed",
      detail: "the gateway ended with code 78: cannot use [redacted] with [redacted]",
    });
  });

  test("of a boot that failed for a busy machine is told with OpenClaw's line about that, not with its last one", async () => {
    const said = "state lease heartbeat did not become ready (phase=startup, timeoutMs=5000)";
    api.bundle = bundleOf({ fake: { dies: `[gateway] ${said}\nrun openclaw doctor --fix`, code: 78 } });
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(api.statuses.at(-1)).toMatchObject({ phase: "failed", detail: `the gateway ended with code 78: ${said}` });
  });

  test("is noticed when the gateway is killed", async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    process.kill((await agent.gateway()).pid, "SIGKILL");
    expect(await agent.exitCode()).toBe(137);
  });

  test("never shows what the gateway printed before its last words", async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    agent.signal("SIGTERM");
    await agent.exitCode();
    expect(agent.output).not.toContain("MY-REPLY");
    expect(agent.output).not.toContain(api.token);
  });

  test("comes at once when asked for while Mosaic is away", async () => {
    await api.close();
    agent.startWithToken(api);
    await expect.poll(() => agent.output, withinLimit).toContain("waiting-for-mosaic");
    agent.signal("SIGTERM");
    expect(await agent.exitCode()).toBe(0);
    expect(agent.lines().at(-1)).toEqual({ mosaic: "stopped", reason: "SIGTERM" });
  });

  test("comes at once when asked for before the token", async () => {
    agent.start(api);
    agent.signal("SIGTERM");
    // Killed by the signal if it came before the process could listen.
    expect([0, null]).toContain(await agent.exitCode());
  });

  test("takes the gateway along, even one that does not listen", async () => {
    api.bundle = bundleOf({ fake: { ignoresSigterm: true } });
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    const { pid } = await agent.gateway();
    agent.signal("SIGTERM");
    expect(await agent.exitCode()).toBe(0);
    expect(isAlive(pid)).toBe(false);
  }, 30_000);

  test("comes while the gateway never gets ready", async () => {
    api.bundle = bundleOf({ fake: { isNeverReady: true } });
    agent.startWithToken(api);
    await expect.poll(async () => (await agent.gateway()).pid, withinLimit).toBeGreaterThan(0);
    expect(api.phases()).not.toContain("ready");
    agent.signal("SIGTERM");
    expect(await agent.exitCode()).toBe(0);
  });

  test("comes with the parent's in the process runtime", async () => {
    agent.startWithToken(api, withParent);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    const { pid } = await agent.gateway();
    agent.stdin.end();
    expect(await agent.exitCode()).toBe(0);
    expect(agent.lines().at(-1)).toEqual({ mosaic: "stopped", reason: "parent-gone" });
    expect(isAlive(pid)).toBe(false);
  });

  test("does not come with the end of standard input in a container", async () => {
    agent.startWithToken(api);
    agent.stdin.end();
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    expect(isAlive(agent.pid)).toBe(true);
  });

  test("leaves no gateway behind when the supervisor's group is killed", async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
    const { pid } = await agent.gateway();
    agent.signalGroup("SIGKILL");
    await expect.poll(() => isAlive(pid), withinLimit).toBe(false);
  });

  test.skipIf(!existsSync("/usr/bin/setpriv"))(
    "leaves no gateway behind when only the supervisor is killed in the process runtime (needs setpriv)",
    async () => {
      agent.startWithToken(api, withParent);
      await expect.poll(() => api.phases(), withinLimit).toContain("ready");
      const { pid } = await agent.gateway();
      agent.signal("SIGKILL");
      await expect.poll(() => isAlive(pid), withinLimit).toBe(false);
    },
  );
});

describe("the next generation", () => {
  beforeEach(async () => {
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), withinLimit).toContain("ready");
  });

  test("of a key is in effect within 3 s without a restart", async () => {
    const { pid } = await agent.gateway();
    const changedAt = Date.now();
    api.bundle = bundleOf({ key: "sk-the-new-key" });
    await expect.poll(() => api.phases(), withinLimit).toContain("applied");
    expect(Date.now() - changedAt).toBeLessThan(3_000);
    expect(JSON.stringify(await agent.gateway())).toContain("sk-the-new-key");
    expect((await agent.gateway()).pid).toBe(pid);
    expect(api.statuses.at(-1)).toEqual({ phase: "applied", generation: api.bundle.generation });
  });

  test("of a personality leaves the configuration untouched", async () => {
    const before = await stat(join(agent.runDir, "openclaw.json"));
    api.bundle = bundleOf({ soul: "You are Grace." });
    await expect.poll(() => api.phases(), withinLimit).toContain("applied");
    expect(await readFile(join(agent.stateDir, "workspace/SOUL.md"), "utf8")).toBe("You are Grace.");
    const after = await stat(join(agent.runDir, "openclaw.json"));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  test("with only some of the files leaves the others, and whatever else the agent keeps", async () => {
    await writeFile(join(agent.stateDir, "workspace/MEMORY.md"), "mine");
    api.bundle = { generation: "partial", files: [{ root: "state", path: "workspace/SOUL.md", content: "You are Linus." }], warmup: null };
    await expect.poll(() => api.phases(), withinLimit).toContain("applied");
    expect((await readdir(join(agent.stateDir, "workspace"))).toSorted()).toEqual(["MEMORY.md", "SOUL.md"]);
    expect(JSON.stringify((await agent.gateway()).config)).toContain(fieldKey);
  });

  test("is told as failed when the gateway refuses it", async () => {
    api.bundle = bundleOf({ fake: { isRefused: true } });
    await expect.poll(() => api.phases(), withinLimit).toContain("failed");
    expect(isAlive((await agent.gateway()).pid)).toBe(true);
  });

  test.each([
    ["is refused with 401", (response: ServerResponse) => response.writeHead(401).end()],
    ["is answered with 500", (response: ServerResponse) => response.writeHead(500).end()],
    [
      "is not a bundle",
      (response: ServerResponse) => response.end('{"generation":"x","files":[{"root":"run","path":"../x","content":""}]}'),
    ],
    ["breaks off", (response: ServerResponse) => response.destroy()],
  ])("that %s leaves the old one in effect, and the one after it is applied", async (_what, answer) => {
    const { pid } = await agent.gateway();
    api.nextAnswers.push((_request, response) => void answer(response));
    await expect.poll(() => agent.output, withinLimit).toContain("update-failed");
    expect(JSON.stringify((await agent.gateway()).config)).toContain(fieldKey);
    api.bundle = bundleOf({ key: "sk-after-the-fault" });
    await expect.poll(() => api.phases(), withinLimit).toContain("applied");
    expect((await agent.gateway()).pid).toBe(pid);
  });

  test("is applied after Mosaic was away", async () => {
    await api.close();
    api.bundle = bundleOf({ soul: "You are back." });
    await expect.poll(() => agent.output, withinLimit).toContain("update-failed");
    await api.listen();
    await expect.poll(() => api.phases(), withinLimit).toContain("applied");
  });

  test("is not asked for in a rush by an API that does not wait", async () => {
    const before = api.bundleRequests;
    const startedAt = Date.now();
    for (let i = 0; i < 4; i++) api.nextAnswers.push((_request, response) => response.writeHead(204).end());
    await expect.poll(() => api.bundleRequests - before, withinLimit).toBeGreaterThanOrEqual(4);
    expect(Date.now() - startedAt).toBeGreaterThan(500);
  });
});

interface BundleOptions {
  key?: string;
  soul?: string;
  fake?: Record<string, unknown>;
  more?: BundleFile[];
  warmup?: Bundle["warmup"];
  launch?: Launch;
}

function bundleOf({
  key = fieldKey,
  soul = "You are Ada.",
  fake = {},
  more = [],
  warmup = { model: "warm/m", gatewayToken: testToken },
  launch = openclawLaunch,
}: BundleOptions = {}): Bundle {
  const config = {
    gateway: { auth: { token: testToken } },
    models: { providers: { "p-1": { apiKey: key }, warm: { baseUrl: `http://127.0.0.1:${String(agent.port + 1)}/v1` } } },
    fake,
  };
  const files = [
    { root: "run", path: "openclaw.json", content: JSON.stringify(config) },
    { root: "state", path: "workspace/SOUL.md", content: soul },
    ...more,
  ];
  return { generation: createHash("sha256").update(JSON.stringify(files)).digest("hex"), files, warmup, launch };
}
