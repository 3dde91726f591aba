import { expect } from "@playwright/test";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { weigh, weightInWords, type Weight } from "../support/page-weight.ts";
import { openedChat, openedSignIn, storeChat, type WeighedChat } from "../support/weighed-pages.ts";

const kB = 1_000;
/** What grows beyond these is to be loaded when it is needed, not to be given a larger budget (docs/decisions/0038-weight-of-a-page.md). */
const budgets = {
  signIn: { bytes: 250 * kB, requests: 20 },
  chat: { bytes: 500 * kB, requests: 20 },
};

function expectWithin(weight: Weight, budget: { bytes: number; requests: number }): void {
  const words = weightInWords(weight);
  expect(weight.bytes, words).toBeLessThanOrEqual(budget.bytes);
  expect(weight.requests.length, words).toBeLessThanOrEqual(budget.requests);
  expect(weight.requests.filter(({ status }) => status >= 400)).toEqual([]);
  // A script that is sent as it is makes room for nothing: it has lost its compressed form.
  expect(weight.requests.filter(({ path, encoding }) => /\.(?:js|css)$/.test(path) && encoding !== "br")).toEqual([]);
}

let chat: WeighedChat;

test.use({ installation: "page-weight" });

// What a page asks for does not depend on the runtime, so one is enough.
test.describe("with nothing in the browser's cache @process", () => {
  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    chat = await storeChat(world, new ApiClient(() => world.mosaic.url));
  });

  test("the sign-in page stays within its budget", async ({ page, world }) => {
    expectWithin(await weigh(page, async () => openedSignIn(page, world.mosaic.url)), budgets.signIn);
  });

  test("an open chat stays within its budget, also of an admin, whose chat asks for the most", async ({ page, world }) => {
    await page.context().addCookies([chat.cookie]);
    expectWithin(await weigh(page, async () => openedChat(page, world.mosaic.url, chat.id)), budgets.chat);
  });

  test("so it does in German, whose words are longer", async ({ browser, world }) => {
    const context = await browser.newContext({ locale: "de-DE" });
    await context.addCookies([chat.cookie]);
    const page = await context.newPage();
    const weight = await weigh(page, async () => openedChat(page, world.mosaic.url, chat.id));
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    expectWithin(weight, budgets.chat);
    await context.close();
  });
});
