import { readFile } from "node:fs/promises";
import type { SayAgentEvent } from "@mosaic/contracts/agent-event";
import type { CreatedShare } from "@mosaic/contracts/shares";
import type { DemoBehaviour } from "@mosaic/demo-llm/demo-llm";
import { expect, type Locator, type Page } from "@playwright/test";
import { agentSpeaks } from "../support/agent-speaks.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { hostileMarkdown } from "../support/hostile-markdown.ts";
import { forbiddenInAnswers, hasRun, noDeeds, watchDeeds } from "../support/page-deeds.ts";
import { answers, nextAnswer, send } from "../support/pages.ts";
import { devices, everyWordOf, join, openOnBoth, show, type Person } from "../support/people.ts";
import { distanceFromEnd, expectStill, messages, settle, watchRow } from "../support/still-rows.ts";
import { storeTalk } from "../support/stored-messages.ts";

test.use({ installation: "two-people-reading" });
test.describe.configure({ mode: "serial" });

/** What is only one's: said to their agent, and by it. */
const animals: Readonly<Record<string, string>> = { ann: "heron", bob: "otter" };
const words = { ann: /heron|Juniper/i, bob: /otter|Sycamore/i };
const animalOf = ({ name }: Person): string => animals[name] ?? "nothing";

const hostile = [
  "a script",
  "handlers of events",
  "an inner page",
  "links that run",
  "links by reference",
  "pages' own parts",
  "a form",
  "images from elsewhere",
  "images that run",
  "media",
  "names of the page",
  "Mosaic's own words",
  "formulas that link and load",
  "diagrams that run",
  "diagrams that load",
  "diagrams that choose for themselves",
];

/** All that is drawn in a way of its own, and behind it much that must do nothing. */
const drawn = (animal: string): string => `# The ${animal}

Set $e^{i\\pi}$ beside the ${animal}.

| Animal | Sum |
| --- | ---: |
| ${animal}, grey | -1.5 |

\`\`\`ts
const ${animal}: number = 42;
\`\`\`

\`\`\`mermaid
flowchart LR
  accTitle: From the ${animal} to the water
  A --> B
\`\`\`

![a ${animal}](https://images.invalid/${animal}.png)

שלום ${animal}

${hostile.map((what) => hostileMarkdown[what]).join("\n\n---\n\n")}

---

The ${animal} has spoken.`;

const behaviour: DemoBehaviour = ({ messages: sent }) => {
  const said = sent.findLast(({ role }) => role === "user")?.text ?? "";
  const [, what, count, animal = ""] = /(Draw|Think of|Count (\d+)) the (\w+)/.exec(said) ?? [];
  if (what === "Draw") return { kind: "text", text: drawn(animal) };
  if (what === "Think of") return { kind: "text", reasoning: `I dream of the ${animal}.`, text: `The ${animal} sleeps.` };
  if (count === undefined) return { kind: "text", text: `You said: ${said}` };
  return { kind: "text", text: Array.from({ length: Number(count) }, (_, at) => `${animal}${at + 1}`).join(" "), wordDelayMs: 60 };
};

const you = (page: Page, at: number): Locator => page.getByRole("article", { name: "You", exact: true }).nth(at);
const box = (page: Page, { agent }: Person): Locator => page.getByRole("textbox", { name: `Message ${agent.name}` });
const loadImage = (page: Page, animal: string): Locator =>
  page
    .locator("article")
    .filter({ hasText: `The ${animal} has spoken.` })
    .getByRole("button", { name: "Load image from images.invalid" });
const waiting = (page: Page): Locator => page.getByRole("region", { name: "Waiting messages" });
const model = ({ agent }: Person, name: string): string => `Model of ${agent.name}: ${name}`;
const faceOf = async (page: Page): Promise<unknown> =>
  page
    .locator("header .agent-face")
    .first()
    .evaluate((face) => ({ emoji: face.textContent, colour: getComputedStyle(face).backgroundColor }));

let ann: Person;
let bob: Person;
const both = (): readonly Person[] => [ann, bob];

/** Each sends their own, at once. */
const sendBoth = async (text: (animal: string) => string): Promise<void> => {
  await Promise.all(both().map(async (person) => send(person.laptop, person.agent.name, text(animalOf(person)))));
};

/** Each has seen what is theirs on both devices, and nothing of the other's. */
const expectApart = async (): Promise<void> => {
  for (const [person, own, others] of [
    [ann, words.ann, words.bob],
    [bob, words.bob, words.ann],
  ] as const) {
    for (const seen of await everyWordOf(person)) {
      expect(seen).toMatch(own);
      expect(seen).not.toMatch(others);
    }
  }
};

const expectDrawn = async (page: Page, content: Locator, animal: string): Promise<void> => {
  const undrawn = content.getByText("The diagram is being drawn…");
  await content.getByText(`The ${animal} has spoken.`).waitFor();
  // Those out of sight are drawn once somebody comes to them.
  await expect(async () => {
    await undrawn.evaluateAll((all) => all.at(-1)?.scrollIntoView({ block: "center" }));
    await expect(undrawn).toHaveCount(0, { timeout: 300 });
  }).toPass({ timeout: 60_000 });
  await expect(content.getByAltText(`Diagram: From the ${animal} to the water`)).toBeVisible();
  await expect(content.locator(".katex").first()).toBeVisible();
  await expect(content.locator(".code-token").first()).toBeVisible();
  await expect(content.getByText(`שלום ${animal}`)).toHaveCSS("direction", "rtl");
  await expect(content.getByText(`The ${animal} has spoken.`)).toBeVisible();
  await expect(content.locator(forbiddenInAnswers)).toHaveCount(0);
  expect(await hasRun(page)).toBe(false);
  await expect(loadImage(page, animal)).toBeVisible();
};

// What is shown does not depend on the runtime, so one is enough.
test.describe("what two people read on two devices each @process", () => {
  let world: World;

  test.beforeAll(async ({ browser, world: given }) => {
    const reason = whyNot(given.runtime);
    test.skip(reason !== undefined, reason);
    world = given;
    world.llm.setBehaviour(behaviour);
    await world.mosaic.start();
    const admin = new ApiClient(() => world.mosaic.url);
    const prices = { inputMicrosPerMillion: 2_000_000, outputMicrosPerMillion: 8_000_000 };
    const { provider } = await admin.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: {
        kind: "openai-compatible",
        name: "Team model",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo", reasoning: true, contextWindow: 32_768, prices }, { id: "mosaic-plain" }],
      },
      sharesModel: true,
    });
    await admin.json("PUT", "/api/admin/outbound", { allowedAddresses: [new URL(world.llmBaseUrl).host] });
    const used = { providerId: provider.id, model: "mosaic-demo" };
    ann = await join(browser, world, admin, { name: "ann", agent: { name: "Juniper", model: used } });
    bob = await join(browser, world, admin, { name: "bob", agent: { name: "Sycamore", model: used } });
  });

  test.afterAll(async () => {
    for (const person of [ann, bob]) {
      if (person !== undefined) await Promise.all(devices(person).map(async (page) => page.context().close()));
    }
  });

  test("what an agent draws is drawn on both devices of its person, and what is hostile in it does nothing there, nor where it is shared", async () => {
    // Two agents start at once, and there is much to draw.
    test.setTimeout(420_000);
    const deeds = await Promise.all(both().flatMap((person) => devices(person).map(async (page) => watchDeeds(page, world))));
    const asked = new Map<Page, string[]>();
    for (const page of both().flatMap(devices)) {
      const requests: string[] = [];
      asked.set(page, requests);
      await page.context().route("https://images.invalid/**", async (route) => {
        requests.push(route.request().url());
        await route.fulfill({
          contentType: "image/svg+xml",
          body: '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><script>top.mosaicRan=1</script></svg>',
        });
      });
    }
    const annsId = await openOnBoth(world, ann, "Pond of the heron");
    await openOnBoth(world, bob, "Dam of the otter");
    await sendBoth((animal) => `Draw the ${animal}`);
    for (const person of both()) {
      for (const page of devices(person)) {
        await expectDrawn(page, await nextAnswer(page, person.agent.name, 1, 200_000), animalOf(person));
      }
      const [file] = await Promise.all([
        person.phone.waitForEvent("download"),
        person.phone.getByRole("button", { name: "Download CSV" }).first().click(),
      ]);
      expect(await readFile(await file.path(), "utf8")).toContain(`"${animalOf(person)}, grey",-1.5`);
    }
    await expectApart();
    expect([...asked.values()]).toEqual([[], [], [], []]);
    await loadImage(ann.laptop, "heron").click();
    await expect(ann.laptop.locator("iframe[title='Image from images.invalid: a heron']")).toHaveCSS("width", "200px");
    await expect(loadImage(ann.phone, "heron")).toBeVisible();
    expect([...asked.values()]).toEqual([["https://images.invalid/heron.png"], [], [], []]);

    const share = { kind: "members", usernames: ["bob"], hasTools: false, hasFiles: false };
    const { share: copy } = await ann.client.json<CreatedShare>("POST", `/api/conversations/${annsId}/shares`, share);
    for (const page of devices(bob)) {
      await page.goto(`${world.mosaic.url}/shared?id=${copy.id}`);
      await expectDrawn(page, page.getByRole("article", { name: "Juniper" }).first(), "heron");
      await expect(page.getByText("Draw the heron")).toBeVisible();
    }
    await loadImage(bob.phone, "heron").click();
    await expect(bob.phone.locator("iframe[title='Image from images.invalid: a heron']")).toHaveCSS("width", "200px");
    expect([...asked.values()].map(({ length }) => length)).toEqual([1, 0, 0, 1]);
    for (const page of both().flatMap(devices)) expect(await hasRun(page)).toBe(false);
    expect(deeds).toEqual(deeds.map(() => noDeeds));
    const { status } = await ann.client.request("DELETE", `/api/shares/${copy.id}`);
    expect(status).toBe(204);
    for (const page of devices(bob)) {
      await page.reload();
      await expect(page.getByRole("alert").filter({ hasText: "Not found" })).toBeVisible();
      await expect(page.getByText("heron")).toHaveCount(0);
    }
  });

  test("thoughts, files, use, cost, model and face of each agent are the same on both devices of its person alone", async () => {
    for (const person of both()) {
      await openOnBoth(world, person, `Sleep of the ${animalOf(person)}`);
      const buffer = Buffer.from(`All about the ${animalOf(person)}.`);
      const field = person.laptop.getByRole("form", { name: "Message" }).getByLabel("Files", { exact: true });
      await field.setInputFiles({ name: `${animalOf(person)}.txt`, mimeType: "text/plain", buffer });
      await expect(person.laptop.getByRole("progressbar", { name: /^Uploading/ })).toHaveCount(0);
    }
    await sendBoth((animal) => `Think of the ${animal}`);
    const places: string[] = [];
    for (const person of both()) {
      const animal = animalOf(person);
      for (const page of devices(person)) {
        const answer = await nextAnswer(page, person.agent.name, 1);
        await expect(answer).toContainText(`The ${animal} sleeps.`);
        await expect(answer.getByText(`I dream of the ${animal}.`)).toBeHidden();
        const use = answer.getByRole("button", { name: /^Use of this answer: [\d,]+ tokens · \d+ % of the context · \$0\.\d+$/ });
        await expect(use).toBeVisible();
        const link = you(page, 0).getByRole("link", { name: `Download ${animal}.txt` });
        const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
        expect(await readFile(await file.path(), "utf8")).toBe(`All about the ${animal}.`);
        places.push((await link.getAttribute("href")) ?? "");
      }
      // What is opened on one stays closed on the other.
      await answers(person.laptop, person.agent.name).first().locator("summary").filter({ hasText: "Thoughts" }).click();
      await expect(person.laptop.getByText(`I dream of the ${animal}.`)).toBeVisible();
      await expect(person.phone.getByText(`I dream of the ${animal}.`)).toBeHidden();
      expect(await faceOf(person.phone)).toEqual(await faceOf(person.laptop));
    }
    expect(await faceOf(bob.laptop)).not.toEqual(await faceOf(ann.laptop));
    const [annsFile = "", , bobsFile = ""] = places;
    const statuses = await Promise.all(
      [annsFile, bobsFile].flatMap((path) =>
        both().map(async ({ laptop }) => (await laptop.request.get(world.mosaic.url + path)).status()),
      ),
    );
    expect(statuses).toEqual([200, 404, 404, 200]);

    await ann.laptop.getByRole("button", { name: model(ann, "mosaic-demo") }).click();
    await ann.laptop.getByRole("menuitemradio", { name: "mosaic-plain", exact: true }).click();
    for (const page of devices(ann)) await expect(page.getByRole("button", { name: model(ann, "mosaic-plain") })).toBeVisible();
    for (const page of devices(bob)) await expect(page.getByRole("button", { name: model(bob, "mosaic-demo") })).toBeVisible();
    await sendBoth((animal) => `Think of the ${animal}`);
    for (const page of devices(ann)) {
      const use = (await nextAnswer(page, "Juniper", 2)).getByRole("button", { name: /^Use of this answer: / });
      await expect(use).not.toHaveAccessibleName(/\$/);
      await use.click();
      await expect(answers(page, "Juniper").nth(1)).toContainText("mosaic-plain");
    }
    for (const page of devices(bob)) {
      const use = (await nextAnswer(page, "Sycamore", 2)).getByRole("button", { name: /^Use of this answer: .* \$0\.\d+$/ });
      await use.click();
      await expect(answers(page, "Sycamore").nth(1)).toContainText("mosaic-demo");
    }
    await expectApart();
  });

  test("a message that waits is on both devices of its person, is taken back on the other one, or sent from it", async () => {
    for (const person of both()) await openOnBoth(world, person, `Numbers of the ${animalOf(person)}`);
    await sendBoth((animal) => `Count 400 the ${animal}`);
    for (const person of both()) {
      await expect(answers(person.phone, person.agent.name).first()).toContainText(`${animalOf(person)}3 `, { timeout: 60_000 });
      await box(person.phone, person).fill(`Think of the ${animalOf(person)} instead`);
      await box(person.phone, person).press("Enter");
    }
    for (const person of both()) {
      for (const page of devices(person)) {
        await expect(waiting(page).getByRole("listitem")).toHaveText([new RegExp(`Think of the ${animalOf(person)} instead`)]);
      }
    }
    await waiting(ann.laptop).getByRole("button", { name: "Take back: Think of the heron instead" }).click();
    await waiting(bob.laptop).getByRole("button", { name: "Send now: Think of the otter instead" }).click();
    for (const page of both().flatMap(devices)) await expect(waiting(page)).toHaveCount(0);
    // What was taken back can be written on, on either one.
    for (const page of devices(ann)) await expect(box(page, ann)).toHaveValue("Think of the heron instead");
    for (const page of devices(bob)) {
      await expect(await nextAnswer(page, "Sycamore", 2)).toContainText("The otter sleeps.");
      await expect(answers(page, "Sycamore").first()).toContainText("You stopped this answer");
      await expect(box(page, bob)).toHaveValue("");
    }
    for (const page of devices(ann)) await expect(answers(page, "Juniper")).toHaveAttribute("aria-busy", "true");
    await ann.phone.getByRole("button", { name: "Stop answering" }).click();
    for (const page of devices(ann)) await nextAnswer(page, "Juniper", 1);
    await expectApart();
  });

  test("a version of an answer or a question is on both devices of its person, and arrows on one turn the other", async () => {
    const ids: string[] = [];
    for (const person of both()) {
      ids.push(await openOnBoth(world, person, `Versions of the ${animalOf(person)}`));
      await person.client.turn(ids.at(-1) ?? "", `Count 3 the ${animalOf(person)}`);
    }
    for (const person of both()) {
      for (const page of devices(person)) await expect(await nextAnswer(page, person.agent.name, 1)).toContainText(`${animalOf(person)}3`);
    }
    await you(ann.laptop, 0).getByRole("button", { name: "Edit message" }).click();
    await ann.laptop.getByRole("textbox", { name: "Your message" }).fill("Count 5 the heron");
    await ann.laptop.keyboard.press("Enter");
    await answers(bob.phone, "Sycamore").first().getByRole("button", { name: "Answer again" }).click();
    for (const page of devices(ann)) {
      await expect(you(page, 0)).toContainText("Count 5 the heron");
      await expect(you(page, 0)).toContainText("2 of 2");
      await expect(await nextAnswer(page, "Juniper", 1)).toContainText("heron5");
    }
    for (const page of devices(bob)) {
      await expect(answers(page, "Sycamore")).toContainText("2 of 2");
      await expect(await nextAnswer(page, "Sycamore", 1)).toContainText("otter3");
    }
    await you(ann.phone, 0).getByRole("button", { name: "Previous version" }).click();
    for (const page of devices(ann)) {
      await expect(you(page, 0)).toContainText("1 of 2");
      await expect(you(page, 0)).toContainText("Count 3 the heron");
      await expect(answers(page, "Juniper")).not.toContainText("heron5");
    }
    for (const page of devices(bob)) await expect(answers(page, "Sycamore")).toContainText("2 of 2");
    await expectApart();
  });

  test("in a long conversation one device keeps its place while the other sends, and each is shown only some of its own messages", async () => {
    const texts = (animal: string): string[] =>
      Array.from({ length: 300 }, (_, at) =>
        at % 2 === 0 ? `Question ${at} of the ${animal}` : `Answer ${at}\n\n${"Some words. ".repeat((at % 7) * 20)}`,
      );
    for (const person of both()) {
      const id = await person.client.newConversation(person.agent.id);
      await person.client.json("PATCH", `/api/conversations/${id}`, { title: `Book of the ${animalOf(person)}` });
      await storeTalk(world, id, texts(animalOf(person)));
      for (const page of devices(person)) {
        await show(world, person, page, id);
        await expect(page.getByText("Answer 299", { exact: true })).toBeInViewport();
        await settle(page);
        expect(await messages(page).getByRole("listitem").count()).toBe(100);
      }
      await messages(person.phone).hover();
      await person.phone.mouse.wheel(0, -2_500);
      await settle(person.phone);
    }
    const rows = await Promise.all(both().map(async ({ phone }) => watchRow(phone)));
    await sendBoth((animal) => `Count 200 the ${animal}`);
    for (const [at, person] of both().entries()) {
      const below = person.phone.getByRole("button", { name: "New text below" });
      await expect(below).toBeVisible({ timeout: 60_000 });
      expectStill((await rows[at]?.stop()) ?? []);
      await below.click();
      await expect(answers(person.phone, person.agent.name).last()).toContainText(`${animalOf(person)}9 `);
    }
    for (const person of both()) {
      for (const page of devices(person)) {
        await expect(answers(page, person.agent.name).last()).toContainText(`${animalOf(person)}200`, { timeout: 60_000 });
        await expect.poll(async () => distanceFromEnd(page)).toBeLessThanOrEqual(1);
        expect(await messages(page).getByRole("listitem").count()).toBeLessThanOrEqual(102);
      }
    }
    await expectApart();
  });

  test("what the agents say by themselves, at once, is on both devices of their person in each kind's own look", async () => {
    const kinds = ["assistant", "system", "error"] as const;
    const said = async (person: Person, id: string, kind: SayAgentEvent["kind"]): Promise<void> =>
      agentSpeaks(world, person.agent.id, { kind, text: `The ${animalOf(person)} of ${kind} **calls**.`, conversationId: id });
    const ids = [await openOnBoth(world, ann, "News of the heron"), await openOnBoth(world, bob, "News of the otter")];
    for (const kind of kinds) await Promise.all(both().map(async (person, at) => said(person, ids[at] ?? "", kind)));
    for (const person of both()) {
      const { name } = person.agent;
      for (const page of devices(person)) {
        const shown = { assistant: `${name} wrote without being asked`, system: `Note from ${name}`, error: `${name} reports an error` };
        for (const kind of kinds) {
          await expect(page.getByRole("article", { name: shown[kind] })).toContainText(`The ${animalOf(person)} of ${kind} `);
        }
        await expect(page.getByRole("article")).toHaveCount(3);
      }
    }
    await expectApart();
  });

  test("folders of the same name have instructions of their own for each person's agent, and are the same on both devices", async () => {
    const folderOf = (page: Page): Locator => page.getByRole("button", { name: "Show the conversations in Travel" });
    for (const person of both()) {
      const { laptop } = person;
      await laptop.getByRole("button", { name: "New folder" }).click();
      await laptop.getByLabel("Name", { exact: true }).fill("Travel");
      await laptop.getByLabel(/^Instructions/).fill(`Always name the ${animalOf(person)}.`);
      await laptop.getByRole("button", { name: "Create folder" }).click();
      await laptop.getByRole("link", { name: "New chat in this folder" }).click();
      await expect(laptop.getByRole("button", { name: "In the folder Travel" })).toBeVisible();
      await expect(folderOf(person.phone)).toHaveCount(1);
    }
    await Promise.all(both().map(async ({ laptop, agent }) => send(laptop, agent.name, "Where is Rome?")));
    for (const person of both()) {
      const answer = await nextAnswer(person.laptop, person.agent.name, 1);
      await expect(answer).toContainText("Where is Rome?");
      await expect(answer).toContainText(`Always name the ${animalOf(person)}.`);
      await folderOf(person.phone).click();
      await person.phone.getByRole("navigation", { name: "Conversations" }).getByRole("link").click();
      await expect(await nextAnswer(person.phone, person.agent.name, 1)).toContainText(`Always name the ${animalOf(person)}.`);
      await expect(person.phone.getByRole("button", { name: "In the folder Travel" })).toBeVisible();
    }
    await ann.phone.getByRole("button", { name: "Actions for Travel" }).click();
    await ann.phone.getByRole("menuitem", { name: "Delete folder" }).click();
    await ann.phone.getByRole("alertdialog").getByRole("button", { name: "Delete folder" }).click();
    for (const page of devices(ann)) await expect(page.getByRole("button", { name: "In the folder Travel" })).toHaveCount(0);
    for (const page of devices(bob)) await expect(page.getByRole("button", { name: "In the folder Travel" })).toBeVisible();
    await expectApart();
  });
});
