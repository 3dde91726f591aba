import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePortPair } from "@mosaic/testing/free-port";
import { expect } from "@playwright/test";
import { ApiClient } from "../support/api-client.ts";
import { removeAgentContainers } from "../support/docker.ts";
import { test, whyNot } from "../support/fixtures.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const tag = "mosaic/mosaic:e2e";
const container = `mosaic-e2e-${randomBytes(6).toString("hex")}`;
const run = promisify(execFile);

test.use({ installation: "image" });
test.describe.configure({ mode: "serial" });

test.describe("Mosaic's own image @docker", () => {
  const password = "a fine long sentence";
  let flags: string[] = [];
  let url = "";

  const docker = async (words: readonly string[], input = ""): Promise<string> => {
    const child = run("docker", words);
    child.child.stdin?.end(input);
    return (await child).stdout;
  };

  test.beforeAll(async ({ world }) => {
    test.setTimeout(600_000);
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await run(process.execPath, ["scripts/mosaic-image.mjs", tag], { cwd: repository, maxBuffer: 64 * 1024 * 1024 });
    const port = await freePortPair();
    url = `http://localhost:${port}`;
    const socket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
    const environment = { DATABASE_URL: world.database.url, MOSAIC_SECRET_KEY: world.secretKey, PORT: String(port) };
    flags = ["--network", "host", "--volume", `${socket}:/var/run/docker.sock`, "--group-add", String((await stat(socket)).gid)];
    flags.push(...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]));
  });

  test.afterAll(async ({ world }) => {
    await docker(["rm", "--force", container]).catch(() => undefined);
    await docker(["rmi", "--force", tag]).catch(() => undefined);
    const [instance] = await world.database.query("SELECT value FROM system_config WHERE key = 'instance.id'").catch(() => []);
    if (instance !== undefined) {
      await removeAgentContainers(String(instance["value"]));
    }
  });

  test("has the mosaic command, which makes the first account and finds no fault", async () => {
    expect(await docker(["run", "--rm", tag, "mosaic"])).toContain("mosaic rotate-key");
    const words = ["run", "--rm", "--interactive", ...flags, tag, "mosaic", "admin", "create-breakglass", "--name", "root"];
    expect(await docker(words, `${password}\n`)).toContain("The breakglass account root was made");
    const { checks } = JSON.parse(await docker(["run", "--rm", ...flags, tag, "mosaic", "doctor", "--json"])) as {
      checks: { state: string }[];
    };
    expect(checks.filter(({ state }) => state === "failing")).toEqual([]);
  });

  test("runs Mosaic: somebody sets it up, and their agent answers", async ({ world }) => {
    await docker(["run", "--detach", "--name", container, ...flags, tag]);
    await expect.poll(async () => docker(["logs", container]), { timeout: 30_000 }).toContain(`Set Mosaic up at: ${url}/setup`);
    const client = new ApiClient(() => url);
    await client.json("POST", "/api/auth/login", { username: "root", password });
    await client.json("POST", "/api/onboarding/oidc", { skip: true });
    const provider = await client.json<{ id: string }>("POST", "/api/onboarding/provider", {
      kind: "openai-compatible",
      name: "Model",
      baseUrl: world.llmBaseUrl,
      apiKey: world.canaries.providerKey,
      models: [{ id: "mosaic-demo" }],
    });
    const agent = await client.json<{ id: string }>("POST", "/api/onboarding/agents", {
      runtime: "docker",
      agent: { name: "Ada", model: { providerId: provider.id, model: "mosaic-demo" } },
    });
    await client.json("POST", "/api/onboarding/complete", {});
    const { text, code } = await client.turn(await client.newConversation(agent.id), "Hello from the image");
    expect([code, text]).toEqual([undefined, expect.stringContaining("Hello from the image")]);
  });

  test("is looked after from inside while it runs", async () => {
    const { checks } = JSON.parse(await docker(["exec", container, "mosaic", "doctor", "--json"])) as {
      checks: { check: string; state: string }[];
    };
    expect(checks.filter(({ state }) => state === "failing")).toEqual([]);
    expect(checks.find(({ check }) => check === "Software of OpenClaw")?.state).toBe("ok");
    const next = "quite another fine sentence";
    await docker(["exec", "--interactive", container, "mosaic", "admin", "reset-breakglass"], `${next}\n`);
    const client = new ApiClient(() => url);
    expect((await client.request("POST", "/api/auth/login", { username: "root", password })).status).toBe(401);
    expect((await client.request("POST", "/api/auth/login", { username: "root", password: next })).status).toBe(200);
  });

  test("stops when it is told to", async () => {
    const startedAt = performance.now();
    await docker(["stop", "--time", "10", container]);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(JSON.parse(await docker(["inspect", "--format", "{{json .State.ExitCode}}", container]))).toBe(0);
  });
});
