import { readFile } from "node:fs/promises";
import { expect, type APIResponse, type Page } from "@playwright/test";
import { startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { setupTokenHeader } from "@mosaic/contracts/onboarding";
import { expectAccessible } from "./accessibility.ts";
import { expectNoCanary } from "./canaries.ts";
import { agentContainers, engine } from "./docker.ts";
import { test, type World } from "./fixtures.ts";
import { expectHardened } from "./hardening.ts";
import { nextAnswer, send } from "./pages.ts";
import { buildStandIn, type StandIn } from "./stand-in-images.ts";

export interface TestedKind {
  readonly id: string;
  readonly label: string;
  readonly standIn: StandIn;
  /** A file with its declaration. `null`: it comes with Mosaic. */
  readonly declaration: URL | null;
  /** A conversation goes on with the personality that it began with. */
  readonly keepsPersonality: boolean;
  readonly user: number;
  readonly memoryBytes: number;
  /** A message that has it run a tool, and what the page shows of that. `null`: it does not tell of its tools. */
  readonly tool: { readonly message: string; readonly shows: string } | null;
}

const agentName = "Ada";
const needle = "PELICAN-7";
const otherModel = "another-model";

/** What every kind of agent is held to, in a real container, with a real browser: from the wizard to its deletion. */
export function describeKindOfAgent(kind: TestedKind): void {
  test.describe.configure({ mode: "serial" });
  test.describe(`an agent of the kind ${kind.id} @docker`, () => {
    let page: Page;
    const seen: string[] = [];

    test.beforeAll(async ({ browser, world }) => {
      await buildStandIn(kind.standIn);
      await world.mosaic.start();
      page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
      page.on("response", (response) => {
        if ((response.headers()["content-type"] ?? "").includes("json")) {
          response
            .text()
            .then((text) => seen.push(text))
            .catch(() => undefined);
        }
      });
    });
    test.afterEach(async () => {
      seen.push(await page.content());
    });
    test.afterAll(async () => {
      await page?.context().close();
    });

    const call = async (world: World, method: string, path: string, data?: unknown, headers = {}): Promise<APIResponse> => {
      const options = { method, headers: { origin: world.mosaic.url, ...headers }, ...(data === undefined ? {} : { data }) };
      const response = await page.request.fetch(world.mosaic.url + path, options);
      expect([response.status(), response.ok() ? "" : await response.text()]).toEqual([expect.any(Number), ""]);
      return response;
    };

    test("is chosen in the wizard", async ({ world }) => {
      const token = new URL(world.mosaic.setupUrl ?? "").hash.replace("#token=", "");
      const admin = { username: "root", password: world.canaries.password };
      await call(world, "POST", "/api/onboarding/breakglass", admin, { [setupTokenHeader]: token });
      await call(world, "POST", "/api/onboarding/oidc", { skip: true });
      await call(world, "POST", "/api/onboarding/provider", {
        kind: "openai-compatible",
        name: "Stub",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo" }],
      });
      // Kinds that reach models through Mosaic need what the connection test offers to allow.
      await call(world, "PUT", "/api/admin/outbound", { allowedAddresses: [new URL(world.llmBaseUrl).host] });
      if (kind.declaration === null) {
        await call(world, "PATCH", `/api/admin/backends/${kind.id}`, { image: kind.standIn.image });
      } else {
        const declaration = JSON.parse(await readFile(kind.declaration, "utf8")) as object;
        await call(world, "POST", "/api/admin/declared-backends", { declaration });
      }
      await page.goto(`${world.mosaic.url}/setup`);
      await page.getByLabel("Name", { exact: true }).fill(agentName);
      await page.getByRole("radio", { name: new RegExp(kind.label) }).click();
      await page.getByLabel("Personality").first().fill(`You are Ada. Your code word is ${needle}.`);
      await page.getByRole("radio", { name: /Docker/ }).click();
      await expectAccessible(page);
      await page.getByRole("button", { name: "Create agent" }).click();
      await expect(page.getByRole("button", { name: "Check again" })).toBeVisible({ timeout: 30_000 });
      await expect(page.getByRole("region", { name: "Health checks" }).getByText("Failing")).toHaveCount(0);
      await page.getByRole("button", { name: "Finish and start chatting" }).click();
      await expect(page).toHaveURL(/\/chat/);
      const [row] = await world.database.query("SELECT backend_id FROM agents");
      expect(row?.["backend_id"]).toBe(kind.id);
    });

    test("starts with the first message and answers as itself, with the person's own provider through the relay", async ({ world }) => {
      await send(page, agentName, `My lucky number is QUAGGA-4711. [demo:system contains=${needle}]`);
      await expect(page.getByRole("progressbar", { name: "Start-up progress" })).toBeVisible();
      await expect(await nextAnswer(page, agentName, 1, 120_000)).toContainText("Yes.");
      await expectAccessible(page);
      const [container] = await agentContainers(await instanceOf(world));
      expect(container?.State).toBe("running");
    });

    test("runs in a hardened container, and none of its secrets is there to be read by others", async ({ world }) => {
      await expectHardened(world, kind);
    });

    const { tool } = kind;
    if (tool !== null) {
      test("shows what its tools are doing", async () => {
        await send(page, agentName, tool.message);
        await expect(await nextAnswer(page, agentName, 2)).toContainText(tool.shows);
      });
    }

    test("stops at once when its person says so", async ({ world }) => {
      const before = world.llm.abortedCount;
      const count = await page.getByRole("article", { name: agentName, exact: true }).count();
      await send(page, agentName, "[demo:slow ms=300 words=200]");
      const answer = page.getByRole("article", { name: agentName, exact: true }).nth(count);
      await expect(answer).toContainText(/\w+ \w+ \w+/);
      await page.getByRole("button", { name: "Stop answering" }).click();
      await expect(answer).toHaveAttribute("aria-busy", "false", { timeout: 2_000 });
      await expect.poll(() => world.llm.abortedCount, { timeout: 10_000 }).toBeGreaterThan(before);
    });

    test("names the fault of a refused key, and answers again once it is right", async ({ world }) => {
      world.llm.setKey("sk-rotated-elsewhere-000000000000");
      let count = await page.getByRole("article", { name: agentName, exact: true }).count();
      await send(page, agentName, "hello?");
      await expect(await nextAnswer(page, agentName, count + 1)).toContainText("The provider refused the key");
      world.llm.setKey(world.canaries.providerKey);
      count += 1;
      await send(page, agentName, "hello again");
      await expect(await nextAnswer(page, agentName, count + 1)).toContainText("hello again");
    });

    test("is woken with its memory, after its container was removed behind Mosaic's back", async ({ world }) => {
      await call(world, "POST", `/api/agents/${await agentId(world)}/stop`, {});
      await expect
        .poll(async () => (await world.database.query("SELECT status FROM agent_containers"))[0]?.["status"], { timeout: 30_000 })
        .toBe("stopped");
      for (const { Id } of await agentContainers(await instanceOf(world))) await engine.getContainer(Id).remove({ force: true });
      await world.mosaic.restart();
      await page.reload();
      await expect(page.getByRole("article", { name: agentName, exact: true }).first()).toBeVisible();
      const count = await page.getByRole("article", { name: agentName, exact: true }).count();
      await send(page, agentName, "[demo:recall]");
      await expect(await nextAnswer(page, agentName, count + 1)).toContainText("QUAGGA-4711");
    });

    test("takes over another personality, and another provider's model, for the very next message", async ({ world }) => {
      const key = world.canaries.nextProviderKey;
      const llm = await startDemoLlm({ host: "0.0.0.0", port: 0, apiKey: key, models: [otherModel], record: true });
      try {
        const baseUrl = new URL(world.llmBaseUrl);
        baseUrl.port = String(llm.port);
        await call(world, "PUT", "/api/admin/outbound", { allowedAddresses: [new URL(world.llmBaseUrl).host, baseUrl.host] });
        const other = { kind: "openai-compatible", name: "Another", baseUrl: baseUrl.href, apiKey: key, models: [{ id: otherModel }] };
        const provider = (await (await call(world, "POST", "/api/providers", other)).json()) as { id: string };
        await call(world, "PATCH", `/api/agents/${await agentId(world)}`, {
          personality: "You are Ada. Your code word is HERON-9.",
          model: { providerId: provider.id, model: otherModel },
        });
        if (kind.keepsPersonality) await page.goto(`${world.mosaic.url}/chat`);
        await page.getByRole("textbox", { name: `Message ${agentName}` }).waitFor();
        const count = await page.getByRole("article", { name: agentName, exact: true }).count();
        await send(page, agentName, "[demo:system contains=HERON-9]");
        await expect(await nextAnswer(page, agentName, count + 1)).toContainText("Yes.");
        expect(llm.requests.some(({ body }) => JSON.stringify(body).includes("HERON-9"))).toBe(true);
      } finally {
        await llm.close();
      }
    });

    test("has no secret anywhere in clear", async ({ world }) => {
      const cookie = (await page.context().cookies()).find(({ name }) => name === "mosaic_session");
      await expectNoCanary(world, seen, cookie?.value ?? "");
    });

    test("is deleted with all that it had", async ({ world }) => {
      await page.goto(`${world.mosaic.url}/settings/agents`);
      await expect(page.getByText(new RegExp(kind.label)).first()).toBeVisible();
      await page.getByRole("button", { name: new RegExp(`Delete.*${agentName}|${agentName}.*Delete`) }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByRole("textbox").fill(agentName);
      await dialog.getByRole("button", { name: /^Delete/ }).click();
      await expect.poll(async () => (await world.database.query("SELECT 1 FROM agents")).length, { timeout: 30_000 }).toBe(0);
      expect(await agentContainers(await instanceOf(world))).toEqual([]);
    });
  });
}

async function agentId({ database }: World): Promise<string> {
  const [row] = await database.query("SELECT id FROM agents");
  return String(row?.["id"]);
}

async function instanceOf({ database }: World): Promise<string> {
  const [row] = await database.query("SELECT value FROM system_config WHERE key = 'instance.id'");
  return String(row?.["value"]);
}
