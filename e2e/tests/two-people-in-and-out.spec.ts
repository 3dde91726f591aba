import { readFile } from "node:fs/promises";
import type { AgentList } from "@mosaic/contracts/agent";
import { startTranscriptionProvider, type TranscriptionProvider } from "@mosaic/testing/transcription-provider";
import { expect, type Browser, type Locator, type Page } from "@playwright/test";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { chooseImport, fromChatGpt, fromLibreChat, fromOpenWebUi, zipOf } from "../support/import-files.ts";
import { signIn } from "../support/pages.ts";
import { devices, everyWordOf, newDevice, openOnBoth, show, type Person } from "../support/people.ts";
import { storeAnswer } from "../support/stored-messages.ts";

test.use({ installation: "two-people-in-and-out" });
test.describe.configure({ mode: "serial" });

/** What is only one's. */
const own = {
  ann: { animal: "heron", agent: "Juniper", word: /heron|Juniper/i },
  bob: { animal: "otter", agent: "Sycamore", word: /otter|Sycamore/i },
};
const names = ["ann", "bob"] as const;

const list = (page: Page): Locator => page.getByRole("navigation", { name: "Conversations" });
const titles = (page: Page): Locator => list(page).locator("[data-title]");
const row = (page: Page, title: string): Locator => list(page).getByRole("link", { name: title });
const box = (page: Page): Locator => page.getByRole("textbox", { name: /^Message / });
const field = (page: Page): Locator => page.getByRole("combobox", { name: "Search conversations" });
const found = (page: Page): Locator => page.getByRole("listbox", { name: "Results" }).getByRole("option");
const pinned = (page: Page): Locator => list(page).getByRole("region", { name: "Pinned" }).locator("[data-title]");
const shortcuts = (page: Page): Locator => page.getByRole("dialog", { name: "Keyboard shortcuts" });

/** Opens the search and types. */
const look = async (page: Page, q: string): Promise<void> => {
  if ((await field(page).count()) === 0) await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await field(page).fill(q);
};

const pick = async (page: Page, title: string, item: string): Promise<void> => {
  await row(page, title).hover();
  await page.getByRole("button", { name: `Actions for ${title}` }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
};

const garden = "A garden by the sea";
const boat = "A boat in the harbour";
const lighthouse = "A lighthouse at night";

let ann: Person;
let bob: Person;
const both = (): readonly Person[] => [ann, bob];
const animalOf = ({ name }: Person): string => (name === "ann" ? own.ann.animal : own.bob.animal);
const other = (person: Person): Person => (person === ann ? bob : ann);

/** Each has seen what is theirs on both devices, and nothing of the other's. */
const expectApart = async (): Promise<void> => {
  for (const [person, mine, others] of [
    [ann, own.ann, own.bob],
    [bob, own.bob, own.ann],
  ] as const) {
    for (const seen of await everyWordOf(person)) {
      expect(seen).toMatch(mine.word);
      expect(seen).not.toMatch(others.word);
    }
  }
};

// No agent answers here, so one runtime is enough.
test.describe("what comes in and goes out of two people's two devices each @process", () => {
  let world: World;
  let browser: Browser;
  let admin: ApiClient;
  const speech: TranscriptionProvider[] = [];

  const openData = async (page: Page): Promise<void> => {
    await page.goto(`${world.mosaic.url}/settings/data`);
    await expect(page.getByRole("button", { name: "Choose a file" })).toBeEnabled();
  };

  test.beforeAll(async ({ playwright, launchOptions, pageStreams, world: given }) => {
    const reason = whyNot(given.runtime);
    test.skip(reason !== undefined, reason);
    world = given;
    await world.mosaic.start();
    admin = new ApiClient(() => world.mosaic.url);
    await admin.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
      sharesModel: true,
    });
    await admin.json("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
    // A browser whose microphone is always there and hums.
    const args = [...(launchOptions.args ?? []), "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
    browser = await playwright.chromium.launch({ ...launchOptions, args });
    pageStreams.watch(browser);
  });

  test.afterAll(async () => {
    await browser?.close();
    await Promise.all(speech.map(async (each) => each.close()));
  });

  test("two people who are invited enter at once: each lands in a chat with an agent of their own, which their other device shows too, and follows", async () => {
    const entered = await Promise.all(
      names.map(async (name) => {
        const { code } = await admin.json<{ code: string }>("POST", "/api/admin/invites", {});
        const laptop = await newDevice(browser);
        await laptop.goto(`${world.mosaic.url}/sign-up#invite=${code}`);
        await laptop.getByLabel("User name").fill(name);
        await laptop.getByLabel("Password", { exact: true }).fill(world.canaries.password);
        return { name, laptop };
      }),
    );
    await Promise.all(entered.map(async ({ laptop }) => laptop.getByRole("button", { name: "Create account" }).click()));
    const people = await Promise.all(
      entered.map(async ({ name, laptop }): Promise<Person> => {
        const phone = await newDevice(browser);
        const greeting = laptop.getByRole("heading", { name: new RegExp(`^Hello ${name}, I’m \\w+$`) });
        await expect(greeting).toBeVisible();
        await signIn(phone, world, name);
        await expect(phone.getByRole("heading", { name: await greeting.innerText() })).toBeVisible();
        const client = new ApiClient(() => world.mosaic.url);
        await client.json("POST", "/api/auth/login", { username: name, password: world.canaries.password });
        const { agents } = await client.json<AgentList>("GET", "/api/agents");
        expect(agents).toHaveLength(1);
        const [agent] = agents;
        if (agent === undefined) throw new Error("no agent");
        return { name, agent: { ...agent, name: name === "ann" ? own.ann.agent : own.bob.agent }, client, laptop, phone };
      }),
    );
    const [first, second] = people;
    if (first === undefined || second === undefined) throw new Error("nobody");
    [ann, bob] = [first, second];
    expect(ann.agent.id).not.toBe(bob.agent.id);
    for (const person of both()) {
      const { agent, client } = person;
      await client.json("PATCH", `/api/agents/${agent.id}`, { name: agent.name, suggestions: [`Feed the ${animalOf(person)}`] });
    }
    for (const person of both()) {
      const suggested = `Feed the ${animalOf(person)}`;
      for (const page of devices(person)) {
        await expect(page.getByRole("textbox", { name: `Message ${person.agent.name}` })).toBeVisible();
        await expect(page.getByRole("button", { name: suggested })).toBeVisible();
      }
      await person.phone.getByRole("button", { name: suggested }).click();
      await expect(box(person.phone)).toHaveValue(suggested);
      await box(person.phone).fill("");
      const faces = await Promise.all(
        devices(person).map(async (page) =>
          page
            .locator("header .agent-face")
            .first()
            .evaluate((face) => [face.textContent, getComputedStyle(face).backgroundColor]),
        ),
      );
      expect(faces[0]).toEqual(faces[1]);
      expect(faces[0]?.[0]).toMatch(/\p{Extended_Pictographic}/u);
    }
    await expectApart();
  });

  test("both dictate at once: each one's words are written by their own provider into their own field, on both devices", async () => {
    for (const person of both()) {
      const apiKey = `sk-canary-speech-of-${person.name}`;
      const provider = await startTranscriptionProvider({ text: `Remember the ${animalOf(person)}.`, apiKey });
      speech.push(provider);
      const models = [{ id: "chat-one" }];
      const body = {
        kind: "openai-compatible",
        name: "Mine",
        baseUrl: `${provider.url}/v1`,
        apiKey,
        models,
        transcriptionModel: "whisper-1",
      };
      const { id: providerId } = await person.client.json<{ id: string }>("POST", "/api/providers", body);
      await person.client.json("PATCH", `/api/agents/${person.agent.id}`, { model: { providerId, model: "chat-one" } });
      await openOnBoth(world, person, `Notes on the ${animalOf(person)}`);
    }
    await Promise.all(both().map(async ({ laptop }) => laptop.getByRole("button", { name: "Dictate" }).click()));
    await Promise.all(both().map(async ({ laptop }) => laptop.getByRole("button", { name: "Stop and write down" }).click()));
    for (const person of both()) {
      for (const page of devices(person)) {
        await expect(box(page)).toHaveValue(`Remember the ${animalOf(person)}.`);
        await expect(page.getByRole("article")).toHaveCount(0);
      }
    }
    expect(speech.map(({ heard }) => heard.map(({ authorization }) => authorization))).toEqual([
      ["Bearer sk-canary-speech-of-ann"],
      ["Bearer sk-canary-speech-of-bob"],
    ]);
    // On the other device it is gone on with.
    await box(ann.phone).fill("Remember the heron tomorrow.");
    await expect(box(ann.laptop)).toHaveValue("Remember the heron tomorrow.");
    for (const page of devices(bob)) await expect(box(page)).toHaveValue("Remember the otter.");
    await expectApart();
  });

  test("both import the same file at once: each gets conversations of their own, on both devices, and never twice", async () => {
    const archive = await zipOf({ "conversations.json": fromChatGpt });
    const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
    for (const { laptop } of both()) await openData(laptop);
    await Promise.all(both().map(async ({ laptop }) => chooseImport(laptop, "chatgpt.zip", "application/zip", archive)));
    for (const { laptop, phone } of both()) {
      await expect(laptop.getByText("1 conversation added, with 3 messages.")).toBeVisible();
      await expect(row(phone, garden)).toHaveCount(1);
      await openData(phone);
      await chooseImport(phone, "chatgpt.zip", "application/zip", archive);
      await expect(phone.getByText("Here already: 1 conversation.")).toBeVisible();
    }
    // On two devices of one person at the same time.
    for (const page of devices(ann)) await openData(page);
    await Promise.all(devices(ann).map(async (page) => chooseImport(page, "chat-export.json", "application/json", json(fromOpenWebUi))));
    await chooseImport(bob.laptop, "librechat.json", "application/json", json(fromLibreChat));
    for (const page of devices(ann)) {
      await expect(
        page.getByText("1 conversation added, with 3 messages.").or(page.getByText("Here already: 1 conversation.")),
      ).toBeVisible();
    }
    await expect(bob.laptop.getByText("1 conversation added, with 2 messages.")).toBeVisible();
    for (const person of both()) {
      for (const page of devices(person)) {
        await page.goto(`${world.mosaic.url}/chat`);
        await expect(titles(page)).toHaveCount(3);
        await expect(row(page, garden)).toHaveCount(1);
        await expect(row(page, boat)).toHaveCount(person === ann ? 1 : 0);
        await expect(row(page, lighthouse)).toHaveCount(person === bob ? 1 : 0);
      }
      await row(person.laptop, garden).click();
      await expect(person.laptop.getByText("Roses")).toBeVisible();
      const address = person.laptop.url();
      await row(other(person).laptop, garden).click();
      expect(other(person).laptop.url()).not.toBe(address);
    }
    const theirs = new URL(bob.laptop.url()).searchParams.get("id") ?? "";
    expect((await ann.client.request("GET", `/api/conversations/${theirs}`)).status).toBe(404);
    await expectApart();
  });

  test("what one exports has all of theirs and nothing of the other's, and imported on the other device adds nothing", async () => {
    for (const person of both()) {
      const { laptop, phone } = person;
      await openData(laptop);
      const [saved] = await Promise.all([
        laptop.waitForEvent("download"),
        laptop.getByRole("button", { name: "Export as JSON Lines" }).click(),
      ]);
      const lines = await readFile(await saved.path());
      const text = lines.toString("utf8");
      expect([garden, boat, lighthouse].filter((title) => text.includes(title))).toEqual([garden, person === ann ? boat : lighthouse]);
      expect(text).not.toContain(animalOf(other(person)));
      await openData(phone);
      await chooseImport(phone, "mosaic-conversations.jsonl", "application/jsonl", lines);
      await expect(phone.getByText(/^Here already: [23] conversations\.$/)).toBeVisible();
      for (const page of devices(person)) {
        await page.goto(`${world.mosaic.url}/chat`);
        await expect(titles(page)).toHaveCount(3);
      }
    }
    await expectApart();
  });

  test("each finds only their own on both devices, and what is deleted on one is found on neither until it is back", async () => {
    for (const person of both()) {
      const id = await person.client.newConversation(person.agent.id);
      await person.client.json("PATCH", `/api/conversations/${id}`, { title: `Watch by the water` });
      await storeAnswer(world, id, `At dawn the ${animalOf(person)} comes down to the pebbles.`);
    }
    await expect
      .poll(async () => (await world.database.query("SELECT 1 FROM messages WHERE NOT is_indexed")).length, { timeout: 30_000 })
      .toBe(0);
    for (const person of both()) {
      for (const page of devices(person)) {
        await look(page, "pebbles");
        await expect(found(page)).toHaveCount(1);
        await expect(found(page)).toContainText(`the ${animalOf(person)} comes down`);
        await look(page, "dawn thistl");
        await expect(page.getByText("Nothing found for “dawn thistl”")).toBeVisible();
        await look(page, person === ann ? "lighthouse" : "harbour");
        await expect(page.getByText(/^Nothing found for “(?:lighthouse|harbour)”$/)).toBeVisible();
      }
    }
    await ann.laptop.keyboard.press("Escape");
    await expect(field(ann.laptop)).toHaveCount(0);
    await pick(ann.laptop, "Watch by the water", "Delete");
    await expect(row(ann.laptop, "Watch by the water")).toHaveCount(0);
    for (const page of devices(ann)) {
      await look(page, "pebbles");
      await expect(page.getByText("Nothing found for “pebbles”")).toBeVisible();
    }
    for (const page of devices(bob)) {
      await look(page, "pebble");
      await expect(found(page)).toContainText("the otter comes down");
    }
    await ann.laptop.keyboard.press("Escape");
    await expect(field(ann.laptop)).toHaveCount(0);
    await ann.laptop.getByRole("listitem").filter({ hasText: "Conversation deleted" }).getByRole("button", { name: "Undo" }).click();
    await expect(row(ann.laptop, "Watch by the water")).toBeVisible();
    await look(ann.phone, "pebble");
    await expect(found(ann.phone)).toContainText("the heron comes down");
    await ann.phone.keyboard.press("Enter");
    await expect(ann.phone.getByRole("listitem").filter({ hasText: "the heron comes down to the pebbles" })).toBeFocused();
    await bob.laptop.keyboard.press("Enter");
    await expect(bob.laptop.getByRole("listitem").filter({ hasText: "the otter comes down to the pebbles" })).toBeFocused();
    await expectApart();
  });

  test("commands and keys do on one device what all of its person's show, and what is only for that browser stays there", async () => {
    const command = async (page: Page, typed: string, title: string): Promise<void> => {
      await look(page, typed);
      await expect(page.getByRole("option", { selected: true })).toContainText(title);
      await page.keyboard.press("Enter");
      await expect(field(page)).toHaveCount(0);
    };
    for (const person of both()) {
      const { conversations } = await person.client.json<{ conversations: { id: string; title: string }[] }>("GET", "/api/conversations");
      const id = conversations.find(({ title }) => title === garden)?.id ?? "";
      for (const page of devices(person)) await show(world, person, page, id);
      await look(person.phone, "audit");
      await expect(person.phone.getByRole("option", { name: /^Admin/ })).toHaveCount(0);
      await person.phone.keyboard.press("Escape");
    }
    await command(ann.laptop, "pin", "Pin this conversation");
    await command(bob.laptop, "archive", "Archive this conversation");
    for (const page of devices(ann)) {
      await expect(pinned(page)).toHaveText([garden]);
      await expect(titles(page)).toHaveCount(4);
    }
    for (const page of devices(bob)) {
      await expect(pinned(page)).toHaveCount(0);
      await expect(row(page, garden)).toHaveCount(0);
      await expect(titles(page)).toHaveCount(3);
    }
    await command(ann.laptop, "dark th", "Dark theme");
    const press = async (page: Page): Promise<void> => {
      await page.getByRole("link", { name: "New chat", exact: true }).focus();
      await page.keyboard.press("?");
    };
    await press(ann.laptop);
    await shortcuts(ann.laptop).getByRole("switch", { name: "Single-key shortcuts" }).click();
    await ann.laptop.keyboard.press("Escape");
    await expect(shortcuts(ann.laptop)).toHaveCount(0);
    for (const page of both().flatMap(devices)) {
      await press(page);
      await expect(shortcuts(page)).toHaveCount(page === ann.laptop ? 0 : 1);
      await page.keyboard.press("Escape");
      await expect(page.locator("html")).toHaveClass(page === ann.laptop ? /dark/ : /^((?!dark).)*$/);
    }
    await expectApart();
  });

  test("a copy is read on both devices of whom it is for, goes on as their own on both, and ends on both when it is no longer shared", async () => {
    const { phone } = ann;
    await pick(phone, boat, "Share");
    const dialog = phone.getByRole("dialog", { name: "Share conversation" });
    await dialog.getByLabel("User names").fill("bob");
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await dialog.getByRole("button", { name: "Done" }).click();
    for (const page of devices(bob)) {
      await page.goto(`${world.mosaic.url}/settings/data`);
      await page.getByRole("link", { name: boat }).click();
      await expect(page.getByRole("heading", { name: boat })).toBeVisible();
      await expect(page.getByText("A sloop.")).toBeVisible();
    }
    const address = bob.laptop.url();
    await bob.phone.getByRole("button", { name: "Continue as my own" }).click();
    await bob.phone.waitForURL(/\/chat\?id=/);
    await bob.laptop.goto(`${world.mosaic.url}/chat`);
    for (const page of devices(bob)) await expect(row(page, boat)).toHaveCount(1);
    await pick(bob.laptop, boat, "Rename");
    await bob.laptop.getByLabel("Title").fill("My own boat");
    await bob.laptop.keyboard.press("Enter");
    for (const page of devices(bob)) await expect(row(page, "My own boat")).toHaveCount(1);
    for (const page of devices(ann)) {
      await expect(row(page, boat)).toHaveCount(1);
      await expect(titles(page)).toHaveCount(4);
    }
    await ann.laptop.goto(`${world.mosaic.url}/settings/data`);
    await ann.laptop.getByRole("button", { name: `Stop sharing ${boat}` }).click();
    await expect(ann.laptop.getByRole("button", { name: `Stop sharing ${boat}` })).toHaveCount(0);
    for (const page of devices(bob)) {
      await page.goto(address);
      await expect(page.getByRole("alert").filter({ hasText: "Not found" })).toBeVisible();
      await page.goto(`${world.mosaic.url}/settings/data`);
      await expect(page.getByRole("region", { name: "Shared with you" })).toContainText("Nothing yet.");
      await page.goto(`${world.mosaic.url}/chat`);
      await row(page, "My own boat").click();
      await expect(page.getByText("A sloop.")).toBeVisible();
    }
  });

  test("one's language is on both of their devices, and the other person's pages stay in theirs", async () => {
    const { laptop, phone } = ann;
    await laptop.goto(`${world.mosaic.url}/settings/profile`);
    await laptop.getByRole("combobox", { name: "Language" }).click();
    await laptop.getByRole("option", { name: "Deutsch" }).click();
    await laptop.getByRole("combobox", { name: "Sprache" }).waitFor();
    await phone.reload();
    for (const page of devices(ann)) {
      await page.goto(`${world.mosaic.url}/chat`);
      await expect(page.locator("html")).toHaveAttribute("lang", "de");
      await expect(page.getByRole("textbox", { name: "Nachricht an Juniper" })).toBeVisible();
    }
    for (const page of devices(bob)) {
      await page.goto(`${world.mosaic.url}/chat`);
      await expect(page.locator("html")).toHaveAttribute("lang", "en");
      await expect(page.getByRole("textbox", { name: "Message Sycamore" })).toBeVisible();
    }
  });
});
