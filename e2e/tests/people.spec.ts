import { expect, type Browser, type Page } from "@playwright/test";
import type { BackendList } from "@mosaic/contracts/admin-containers";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { agentContainers, engine } from "../support/docker.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { nextAnswer, send } from "../support/pages.ts";

const password = "a fine long sentence";

test.use({ installation: "people" });
test.describe.configure({ mode: "serial" });

/** Somebody with a browser of their own. */
async function person(browser: Browser): Promise<Page> {
  return (await browser.newContext({ reducedMotion: "reduce", viewport: { width: 1440, height: 900 } })).newPage();
}

async function signIn(page: Page, world: World, name: string, secret: string): Promise<void> {
  await page.goto(`${world.mosaic.url}/login`);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

// Who sees and shares what does not depend on the runtime, so one is enough; the docker one also has a container to look into.
test.describe("two members and an admin at once @docker", () => {
  let admin: Page;
  let ann: Page;
  let bob: Page;
  let annsAgent = "";
  let annsConversation = "";

  test.beforeAll(async ({ browser, world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    const client = new ApiClient(() => world.mosaic.url);
    await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: world.runtime,
      provider: {
        kind: "openai-compatible",
        name: "Team model",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo" }],
      },
    });
    // Mosaic itself calls what an admin shares, so an address inside has to be allowed.
    await client.json("PUT", "/api/admin/outbound", { allowedAddresses: [new URL(world.llmBaseUrl).host] });
    [admin, ann, bob] = await Promise.all([person(browser), person(browser), person(browser)]);
    await signIn(admin, world, "root", world.canaries.password);
    await admin.waitForURL(/\/chat/);
  });

  test.afterAll(async () => {
    await Promise.all([admin, ann, bob].map(async (page) => page?.context().close()));
  });

  test("an admin shares a provider as the default for all", async ({ world }) => {
    await admin.goto(`${world.mosaic.url}/admin/shared-providers`);
    await admin.getByRole("switch", { name: /Team model/ }).click();
    await expect(admin.getByRole("switch", { name: /Team model/ })).toBeChecked();
    const forAll = admin.getByRole("form", { name: /For all/ });
    await forAll.getByRole("combobox", { name: "Model", exact: true }).click();
    await admin.getByRole("option", { name: "mosaic-demo" }).click();
    await forAll.getByRole("button", { name: "Save default" }).click();
    await expect(forAll.getByText(/Used now: .*mosaic-demo/)).toBeVisible();
    await expectAccessible(admin);
  });

  test("two people come by one invite link each, whose code leaves the address at once", async ({ world }) => {
    for (const [page, name] of [
      [ann, "ann"],
      [bob, "bob"],
    ] as const) {
      await admin.goto(`${world.mosaic.url}/admin/invites`);
      await admin.getByRole("button", { name: "New invite" }).first().click();
      await admin.getByRole("button", { name: "Create invite" }).click();
      const link = await admin.getByText(/#invite=/).innerText();
      await page.goto(link);
      await page.getByLabel("User name").fill(name);
      expect(page.url()).not.toContain("invite=");
      await expect(page.getByLabel("Invite code")).toHaveCount(0);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await expectAccessible(page);
      await page.getByRole("button", { name: "Create account" }).click();
      await page.waitForURL(/\/chat/);
      await expect(page.getByRole("heading", { name: new RegExp(`^Hello ${name}, I’m`) })).toBeVisible();
    }
  });

  test("a member makes an agent that leaves its model to the default, and it answers", async ({ world }) => {
    await ann.goto(`${world.mosaic.url}/settings/agents?edit=new`);
    await ann.getByLabel("Name", { exact: true }).fill("Quill");
    await expectAccessible(ann);
    await ann.getByRole("button", { name: "Add agent" }).click();
    const quill = ann.getByRole("listitem").filter({ hasText: "Quill" });
    await expect(quill.getByText(/mosaic-demo · Team model \(shared by an admin\)/)).toBeVisible();
    await ann.getByRole("link", { name: "Chat with Quill" }).click();
    await send(ann, "Quill", "Good morning from ann");
    const answer = await nextAnswer(ann, "Quill", 1, 120_000);
    await expect(answer).toContainText("Good morning from ann");
    const [row] = await world.database.query(
      "SELECT a.id AS agent, c.id AS conversation FROM agents a JOIN conversations c ON c.agent_id = a.id",
    );
    annsAgent = String(row?.["agent"]);
    annsConversation = String(row?.["conversation"]);
    const last = world.llm.requests.at(-1);
    expect(last?.headers["authorization"]).toBe(`Bearer ${world.canaries.providerKey}`);
  });

  test("what needs another container waits for the end of the answer, and the page says so", async ({ world }) => {
    const run = async (): Promise<unknown> =>
      (await world.database.query(`SELECT token_encrypted FROM agent_containers WHERE agent_id = '${annsAgent}'`))[0]?.["token_encrypted"];
    const before = await run();
    await send(ann, "Quill", "[demo:slow ms=250 words=40]");
    const answer = ann.getByRole("article", { name: "Quill", exact: true }).nth(1);
    await expect(answer).toContainText(/\w+ \w+ \w+/);
    const [openclaw] = ((await (await admin.request.get(`${world.mosaic.url}/api/admin/backends`)).json()) as BackendList).backends;
    const changed = await admin.request.patch(`${world.mosaic.url}/api/admin/backends/openclaw`, {
      headers: { origin: world.mosaic.url },
      data: { memoryLimitBytes: (openclaw?.memoryLimitBytes ?? 0) + 16 * 1024 * 1024 },
    });
    expect(changed.status()).toBe(200);
    const notice = ann.getByRole("status").filter({ hasText: "Quill restarts when your answer is finished" });
    await expect(notice).toBeVisible();
    await expectAccessible(ann);
    await expect(answer).toHaveAttribute("aria-busy", "false", { timeout: 30_000 });
    await expect(answer).not.toContainText("broke off");
    await expect(notice).toHaveCount(0, { timeout: 60_000 });
    await expect.poll(run, { timeout: 60_000 }).not.toBe(before);
    await send(ann, "Quill", "And after that?");
    await expect(await nextAnswer(ann, "Quill", 3, 120_000)).toContainText("And after that?");
  });

  test("the shared key and its address are not in the container", async ({ world }) => {
    const [instance] = await world.database.query("SELECT value FROM system_config WHERE key = 'instance.id'");
    const [container] = await agentContainers(String(instance?.["value"]));
    const exec = await engine.getContainer(container?.Id ?? "").exec({
      Cmd: ["sh", "-c", "cat /run/mosaic/openclaw.json; tr '\\0' '\\n' < /proc/1/environ; cat /home/node/.openclaw/*.json 2>/dev/null"],
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({});
    let text = "";
    stream.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    await new Promise((resolve) => stream.once("end", resolve));
    expect(text).toContain(`/api/internal/agent-config/${annsAgent}/llm/`);
    expect(text).not.toContain(world.canaries.providerKey);
    expect(text).not.toContain(new URL(world.llmBaseUrl).host);
  });

  test("another member sees nothing of it, by any address", async ({ world }) => {
    await bob.goto(`${world.mosaic.url}/settings/agents`);
    await expect(bob.getByRole("link", { name: /^Chat with/ })).toHaveCount(1);
    await expect(bob.getByText("Quill")).toHaveCount(0);
    for (const path of [`/api/agents/${annsAgent}`, `/api/conversations/${annsConversation}`, `/api/agents/${annsAgent}/logs`]) {
      const [foreign, missing] = await Promise.all([
        bob.request.get(world.mosaic.url + path),
        bob.request.get(world.mosaic.url + path.replace(/[0-9a-f]{12}/, "000000000000")),
      ]);
      expect([foreign.status(), missing.status()]).toEqual([404, 404]);
      const words = async (answer: typeof foreign): Promise<unknown> => ({ ...(await answer.json()), requestId: "" });
      expect(await words(foreign)).toEqual(await words(missing));
    }
    await bob.goto(`${world.mosaic.url}/admin/users`);
    await expect(bob.getByText("This page is for admins")).toBeVisible();
    await expectAccessible(bob);
  });

  test("an admin sees that it runs and whose it is, and nothing that is in it", async ({ world }) => {
    await admin.goto(`${world.mosaic.url}/admin/containers`);
    await expect(admin.getByRole("row", { name: /Quill/ })).toContainText("Running");
    await expectAccessible(admin);
    for (const path of ["containers", "users", "audit", "health"]) {
      await admin.goto(`${world.mosaic.url}/admin/${path}`);
      await expect(admin.getByRole("status").filter({ hasText: /^Loading$/ })).toHaveCount(0);
      expect(await admin.content()).not.toContain("Good morning from ann");
    }
    const csv = await admin.request.get(`${world.mosaic.url}/api/admin/audit/export?format=csv`);
    expect(await csv.text()).toMatch(/message\.send/);
    expect(await csv.text()).not.toContain("Good morning");
  });

  test("a program gets in with a token, and not after it is revoked", async ({ world }) => {
    await ann.goto(`${world.mosaic.url}/settings/tokens`);
    await ann.getByRole("button", { name: "New token" }).click();
    await ann.getByLabel("Name", { exact: true }).fill("script");
    await ann.getByRole("checkbox", { name: "Read" }).check();
    await ann.getByRole("button", { name: "Create token" }).click();
    const token = await ann.getByText(/^mosaic_[A-Za-z0-9_-]{43}$/).innerText();
    await expectAccessible(ann);
    await ann.getByRole("button", { name: "Close" }).click();
    const call = async (): Promise<number> =>
      (await fetch(`${world.mosaic.url}/api/agents`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await call()).toBe(200);
    await ann.getByRole("button", { name: "Revoke script" }).click();
    await ann.getByRole("button", { name: "Revoke token" }).click();
    await expect(ann.getByText("No access token yet")).toBeVisible();
    expect(await call()).toBe(401);
  });

  test("a device that is signed out elsewhere lands on the sign-in page within seconds", async ({ world, browser }) => {
    const phone = await person(browser);
    await signIn(phone, world, "ann", password);
    await phone.waitForURL(/\/chat/);
    await phone.goto(`${world.mosaic.url}/settings/models`);
    await expect(phone.getByRole("heading", { name: "Models" })).toBeVisible();
    await ann.goto(`${world.mosaic.url}/settings/sessions`);
    await expectAccessible(ann);
    await ann.getByRole("button", { name: /^Sign out .+,/ }).click();
    await expect(phone).toHaveURL(/\/login\?next=%2Fsettings%2Fmodels/, { timeout: 5_000 });
    await phone.context().close();
  });

  test("whoever is disabled is out at once, and can't come back", async ({ world }) => {
    await bob.goto(`${world.mosaic.url}/settings/profile`);
    await expect(bob.getByRole("heading", { name: "Profile" })).toBeVisible();
    await admin.goto(`${world.mosaic.url}/admin/users?search=bob`);
    await admin.getByRole("button", { name: "Actions for bob" }).click();
    await admin.getByRole("menuitem", { name: "Disable" }).click();
    await admin
      .getByRole("alertdialog")
      .getByRole("button", { name: /^Disable/ })
      .click();
    await expect(bob).toHaveURL(/\/login/, { timeout: 5_000 });
    await bob.getByLabel("User name").fill("bob");
    await bob.getByLabel("Password", { exact: true }).fill(password);
    await bob.getByRole("button", { name: "Sign in" }).click();
    await expect(bob.getByRole("alert").filter({ hasText: "Wrong user name or password" })).toBeVisible();
  });

  test("what is no longer shared answers nobody, and the page says where to go", async ({ world }) => {
    await admin.goto(`${world.mosaic.url}/admin/shared-providers`);
    await admin.getByRole("switch", { name: /Team model/ }).click();
    await admin
      .getByRole("alertdialog")
      .getByRole("button", { name: /Stop sharing/ })
      .click();
    await expect(admin.getByRole("switch", { name: /Team model/ })).not.toBeChecked();
    await ann.goto(`${world.mosaic.url}/chat?id=${annsConversation}`);
    await expect(ann.getByText("No model is set for Quill, so it can’t answer.")).toBeVisible();
    await expect(ann.getByRole("textbox", { name: "Message Quill" })).toBeDisabled();
    await expectAccessible(ann);
  });
});
