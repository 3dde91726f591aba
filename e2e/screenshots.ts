// Pictures of every page of a real installation, wide and narrow, light and dark; the first one is the README's.
//   TEST_DATABASE_URL=… node e2e/screenshots.ts [docker|process] [folder] [language]
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "@playwright/test";
import { picturedPages } from "./support/app-pages.ts";
import { ApiClient } from "./support/api-client.ts";
import { createWorld, destroyWorld, type Runtime, type World } from "./support/fixtures.ts";

const runtime = (process.argv[2] ?? "docker") as Runtime;
const folder = process.argv[3] ?? fileURLToPath(new URL("../docs/images", import.meta.url));
const locale = process.argv[4] === "de" ? "de" : "en";
const isReadmeOnly = process.argv[3] === undefined;

const looks = [
  { name: "wide-light", width: 1440, height: 900, colorScheme: "light" },
  { name: "wide-dark", width: 1440, height: 900, colorScheme: "dark" },
  { name: "narrow-light", width: 390, height: 844, colorScheme: "light" },
  { name: "narrow-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

/** By which the wizard and what opens on a page are gone through. */
const words = {
  en: {
    userName: "User name",
    password: "Password",
    createAdministrator: "Create administrator",
    skip: "Skip for now",
    singleSignOn: "Single sign-on",
    issuer: "Issuer",
    demoModel: /Demo model/,
    connectionWorks: "The connection works",
    saveAndContinue: "Save and continue",
    processes: /Plain processes/,
    isNotIsolated: /does not isolate/,
    createAgent: "Create agent",
    checkAgain: "Check again",
    finish: "Finish and start chatting",
    actions: /^Actions for/,
    share: "Share",
    edit: "Edit message",
    newFolder: "New folder",
  },
  de: {
    userName: "Benutzername",
    password: "Passwort",
    createAdministrator: "Administrator anlegen",
    skip: "Vorerst überspringen",
    singleSignOn: "Single Sign-on",
    issuer: "Aussteller (Issuer)",
    demoModel: /Demo-Modell/,
    connectionWorks: "Die Verbindung funktioniert",
    saveAndContinue: "Speichern und weiter",
    processes: /Gewöhnliche Prozesse/,
    isNotIsolated: /nicht isoliert/,
    createAgent: "Agent erstellen",
    checkAgain: "Erneut prüfen",
    finish: "Abschließen und loschatten",
    actions: /^Aktionen für/,
    share: "Teilen",
    edit: "Nachricht bearbeiten",
    newFolder: "Neuer Ordner",
  },
}[locale];

const pictured = await picturedPages();

const world = await createWorld(runtime);
const browser = await chromium.launch({ executablePath: process.env["MOSAIC_CHROMIUM"] ?? "/usr/bin/chromium", chromiumSandbox: false });
try {
  await mkdir(folder, { recursive: true });
  await world.mosaic.start();
  const setup = world.mosaic.setupUrl ?? "";
  if (!isReadmeOnly) {
    await take(browser, { setup }, undefined);
    await takeWizard(browser, world);
  }
  const client = new ApiClient(() => world.mosaic.url);
  const { url } = world.mosaic;
  if (isReadmeOnly) {
    const conversation = await fill(client, world);
    await take(browser, { chat: `${url}/chat?id=${conversation}` }, world, looks.slice(0, 1));
  } else {
    await client.json("POST", "/api/auth/login", { username: "root", password: world.canaries.password });
    const { agents } = await client.json<{ agents: { id: string }[] }>("GET", "/api/agents");
    const conversation = await talk(client, agents[0]?.id ?? "");
    const invite = await populate(client, world);
    const others = pictured.strangers.filter((path) => path !== "/setup");
    await take(browser, { ...addressesOf(url, others, `#invite=${invite}`), missing: `${url}/nowhere` }, undefined);
    await take(browser, { chat: `${url}/chat?id=${conversation}`, "chat-empty": `${url}/chat` }, world);
    await takeInsides(browser, world, `${url}/chat?id=${conversation}`);
    await take(browser, addressesOf(url, pictured.settings), world, looks, true);
    await take(browser, addressesOf(url, pictured.admin), world, looks, true);
  }
} finally {
  await browser.close();
  await destroyWorld(world);
}

/** One provider, one agent, and a conversation with it. */
async function fill(client: ApiClient, { canaries, mosaic }: World): Promise<string> {
  const { agent } = await client.setUp({
    setupUrl: mosaic.setupUrl ?? "",
    password: canaries.password,
    runtime,
    provider: { kind: "demo", name: "Demo model", models: [{ id: "mosaic-demo" }] },
    agent: { name: "Ada", emoji: "🦉", personality: "You are Ada, calm and precise." },
  });
  return talk(client, agent.id);
}

async function talk(client: ApiClient, agentId: string): Promise<string> {
  const conversation = await client.newConversation(agentId);
  await client.turn(conversation, "Good morning, Ada! My name is Grace.");
  await client.turn(conversation, "Show me what you can write. [demo:markdown]");
  return conversation;
}

/** Each page's address by its picture's name. */
function addressesOf(url: string, paths: readonly string[], fragment = ""): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path.slice(1).replaceAll(/[/?=]/g, "-"), `${url}${path}${fragment}`]));
}

/** People, invites, a shared provider with a default, a system agent and a sign-in server, so that no page is empty. Answers an invite's code. */
async function populate(client: ApiClient, { mosaic, canaries }: World): Promise<string> {
  const { url } = mosaic;
  const note = { note: "For the design team", maxUses: 5 };
  const { code } = await client.json<{ code: string }>("POST", "/api/admin/invites", note);
  await client.json("POST", "/api/admin/invites", { role: "admin", note: "For Alan" });
  for (const [username, displayName] of [
    ["grace", "Grace Hopper"],
    ["alan", "Alan Turing"],
    ["katherine.johnson", "Katherine Johnson"],
  ]) {
    const guest = new ApiClient(() => url);
    await guest.json("POST", "/api/auth/sign-up", { username, displayName, password: canaries.password, inviteCode: code });
  }
  const { users } = await client.json<{ users: { id: string; username: string }[] }>("GET", "/api/admin/users");
  const idOf = (name: string): string => users.find(({ username }) => username === name)?.id ?? "";
  await client.json("PATCH", `/api/admin/users/${idOf("alan")}`, { isDisabled: true });
  await client.json("PATCH", `/api/admin/users/${idOf("grace")}`, { role: "admin" });
  const { providers } = await client.json<{ providers: { id: string }[] }>("GET", "/api/providers");
  const providerId = providers[0]?.id ?? "";
  await client.json("PUT", `/api/admin/sharing/providers/${providerId}`, { isShared: true });
  await client.json("PUT", "/api/admin/sharing/defaults", { backend: null, model: { providerId, model: "mosaic-demo" } });
  await client.json("PUT", "/api/admin/outbound", { allowedAddresses: ["ollama.home:11434", "192.168.1.20"] });
  await client.json("POST", "/api/admin/system-agents", { name: "Warden", emoji: "🔭" });
  await client.json("POST", "/api/tokens", { name: "Home automation", scopes: ["chat"], expiresInDays: 90 });
  await client.request("POST", "/api/auth/login", { username: "nobody", password: "wrong" });
  return code;
}

/** Walks through the wizard once and shoots each step in every look; afterwards the installation is set up. */
async function takeWizard(browser: Browser, { mosaic, canaries }: World): Promise<void> {
  const context = await browser.newContext({ locale, reducedMotion: "reduce" });
  const page = await context.newPage();
  const shoot = async (title: string): Promise<void> => {
    for (const { name, width, height, colorScheme } of looks) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `wizard-${title}-${name}.png`), fullPage: true });
    }
  };
  const press = async (name: string): Promise<void> => page.getByRole("button", { name }).click();
  await page.goto(mosaic.setupUrl ?? "");
  await page.getByLabel(words.userName).fill("root");
  await page.getByLabel(words.password, { exact: true }).fill(canaries.password);
  await shoot("1-administrator");
  await press(words.createAdministrator);
  await page.getByRole("button", { name: words.skip }).waitFor();
  await shoot("2-sign-in");
  await page.getByRole("radio", { name: words.singleSignOn }).click();
  await page.getByLabel(words.issuer).waitFor();
  await shoot("2-sign-in-oidc");
  await press(words.skip);
  await page.getByRole("radio", { name: words.demoModel }).click();
  await page.getByText(words.connectionWorks).waitFor();
  await shoot("3-provider");
  await press(words.saveAndContinue);
  await page.getByLabel("Name", { exact: true }).fill("Ada");
  if (runtime === "process") {
    await page.getByRole("radio", { name: words.processes }).click();
    await page.getByRole("checkbox", { name: words.isNotIsolated }).check();
  }
  await shoot("4-agent");
  await press(words.createAgent);
  await page.getByRole("button", { name: words.checkAgain }).waitFor({ timeout: 60_000 });
  await shoot("5-summary");
  await press(words.finish);
  await page.waitForURL(/\/chat/);
  await context.close();
}

/** What opens on the chat's page: the palette with a search, all keys, a folder that is being made, a message that is being edited, and what is shared. */
async function takeInsides(browser: Browser, world: World, address: string): Promise<void> {
  for (const { name, width, height, colorScheme } of looks) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale, reducedMotion: "reduce" });
    const page = await context.newPage();
    await signIn(page, world);
    const shoot = async (title: string): Promise<void> => {
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(folder, `inside-${title}-${name}.png`) });
    };
    await page.goto(address);
    await page.getByRole("article").last().waitFor();
    await page.keyboard.press("Control+k");
    await page.locator("input[role=combobox]").fill("Ada");
    await shoot("search");
    await page.keyboard.press("Escape");
    await page.locator("#main").focus();
    await page.keyboard.press("?");
    await shoot("keys");
    await page.keyboard.press("Escape");
    await page.getByRole("article").first().hover();
    await page.getByRole("button", { name: words.edit }).first().click();
    await shoot("edit");
    await page.keyboard.press("Escape");
    if (width > 1000) {
      await page.getByRole("button", { name: words.newFolder }).click();
      await shoot("folder");
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: /Ada/ }).last().hover();
      await page.getByRole("button", { name: words.actions }).last().click();
      await shoot("menu");
      await page.getByRole("menuitem", { name: words.share }).click();
      await shoot("share");
    }
    await context.close();
  }
}

async function take(
  browser: Browser,
  pages: Record<string, string>,
  signedIn: World | undefined,
  sizes: readonly (typeof looks)[number][] = looks,
  isWhole = false,
): Promise<void> {
  for (const { name, width, height, colorScheme } of sizes) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale, reducedMotion: "reduce" });
    const page = await context.newPage();
    if (signedIn !== undefined) {
      await signIn(page, signedIn);
    }
    for (const [title, address] of Object.entries(pages)) {
      await page.setViewportSize({ width, height });
      await page.goto(address);
      await page.getByRole("main").first().waitFor();
      // The page's stream of events never ends, so the network is no sign of a page that is done.
      await page.waitForTimeout(1_500);
      if (isWhole) {
        await growToContent(page, width, height);
      }
      await page.screenshot({ path: join(folder, isReadmeOnly ? `${title}.png` : `${title}-${name}.png`), fullPage: false });
    }
    await context.close();
  }
}

/** The page scrolls inside of its frame, so the window grows until all of it shows. */
async function growToContent(page: Page, width: number, height: number): Promise<void> {
  const hidden = await page.locator("#main").evaluate((main) => main.scrollHeight - main.clientHeight);
  await page.setViewportSize({ width, height: height + Math.max(0, hidden) });
  await page.waitForTimeout(150);
}

async function signIn(page: Page, { mosaic, canaries }: World): Promise<void> {
  await page.request.post(`${mosaic.url}/api/auth/login`, {
    headers: { origin: mosaic.url },
    data: { username: "root", password: canaries.password },
  });
}
