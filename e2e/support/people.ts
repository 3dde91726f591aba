import type { Agent } from "@mosaic/contracts/agent";
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { ApiClient } from "./api-client.ts";
import type { World } from "./fixtures.ts";
import { signIn } from "./pages.ts";
import { keepWords, wordsOf } from "./shown-words.ts";

/** One person with an agent and two devices. */
export interface Person {
  readonly name: string;
  readonly agent: Agent;
  readonly client: ApiClient;
  readonly laptop: Page;
  readonly phone: Page;
}

export const devices = ({ laptop, phone }: Person): readonly Page[] => [laptop, phone];

/** A browser of its own, which keeps all that its page ever shows. */
export async function newDevice(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  await context.addInitScript(keepWords);
  return context.newPage();
}

/** Somebody comes by an invitation, makes an agent and signs in on both devices. */
export async function join(
  browser: Browser,
  world: World,
  admin: ApiClient,
  { name, agent: wanted }: { readonly name: string; readonly agent: Readonly<Record<string, unknown>> },
): Promise<Person> {
  const { code } = await admin.json<{ code: string }>("POST", "/api/admin/invites", {});
  const client = new ApiClient(() => world.mosaic.url);
  const account = { inviteCode: code, username: name, displayName: name, password: world.canaries.password };
  await client.json("POST", "/api/auth/sign-up", account);
  const agent = await client.json<Agent>("POST", "/api/agents", wanted);
  const [laptop, phone] = [await newDevice(browser), await newDevice(browser)];
  for (const page of [laptop, phone]) await signIn(page, world, name);
  return { name, agent, client, laptop, phone };
}

/** A conversation of their own, shown on both devices. */
export async function openOnBoth(world: World, person: Person, title: string): Promise<string> {
  const id = await person.client.newConversation(person.agent.id);
  await person.client.json("PATCH", `/api/conversations/${id}`, { title });
  for (const page of devices(person)) await show(world, person, page, id);
  return id;
}

export async function show({ mosaic }: World, { agent }: Person, page: Page, id: string): Promise<void> {
  await page.goto(`${mosaic.url}/chat?id=${id}`);
  await page.getByRole("textbox", { name: `Message ${agent.name}` }).waitFor();
}

export const everyWordOf = async (person: Person): Promise<string[]> => Promise.all(devices(person).map(wordsOf));
