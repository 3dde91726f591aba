import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPushService, type PushService } from "@mosaic/testing/push-service";
import { expect, type BrowserContext, type CDPSession, type Page } from "@playwright/test";
import { createAuthority } from "../../packages/outbound/test/support/certificates.ts";
import { agentSpeaks } from "../support/agent-speaks.ts";
import { ApiClient } from "../support/api-client.ts";
import { createWorld, destroyWorld, test, whyNot, type World } from "../support/fixtures.ts";
import { answers, nextAnswer, send, signIn } from "../support/pages.ts";
import { storeAnswer } from "../support/stored-messages.ts";

const secret = "only-for-its-owner-4712";

let folder: string;
let service: PushService;
let own: World;
let conversationId: string;
let client: ApiClient;
let ada: string;
let context: BrowserContext;
let page: Page;
/** Another device of its owner, and a device of somebody else who wants to be told too. */
let phone: Page;
let anns: Page;

/** A session that outlives the pages of Mosaic, and hands the worker what its push service would have. */
async function pusher(): Promise<(text: string) => Promise<void>> {
  const session: CDPSession = await context.newCDPSession(await context.newPage());
  const registration = Promise.withResolvers<string>();
  session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    const found = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(own.mosaic.url) && !isDeleted);
    if (found !== undefined) registration.resolve(found.registrationId);
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await registration.promise;
  return async (data) => {
    await session.send("ServiceWorker.deliverPushMessage", { origin: own.mosaic.url, registrationId, data });
  };
}

const shown = async (): Promise<{ title: string; body: string }[]> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body }) => ({ title, body }));
  });

const tried = JSON.stringify({ kind: "test", agent: "Mosaic", conversationId: null, text: null });

const lastPush = (): string => service.received.at(-1)?.text ?? "";

const pushesTo = (name: string): unknown[] =>
  service.received.filter((push) => push.name === name).map(({ text }) => JSON.parse(text) as unknown);

/** All that was to be told was told, or somebody has seen it. */
const nothingDue = async (): Promise<void> => {
  await expect.poll(async () => own.database.query("SELECT 1 FROM push_deliveries"), { timeout: 30_000 }).toEqual([]);
};

/** Chromium's own push service is on the internet. */
async function subscribesAs(device: BrowserContext, name: string): Promise<void> {
  await device.addInitScript((subscription) => {
    let current: object | null = null;
    PushManager.prototype.subscribe = async function subscribe() {
      current = {
        options: { applicationServerKey: null },
        toJSON: () => subscription,
        unsubscribe: async () => {
          current = null;
          return true;
        },
      };
      return current as PushSubscription;
    };
    PushManager.prototype.getSubscription = async () => current as PushSubscription | null;
  }, service.subscribe(name));
}

/** As when another window covers it: a browser without windows knows no such thing. It is over once Mosaic has heard of it. */
async function putInView(shownPage: Page, view: "visible" | "hidden"): Promise<void> {
  const heard = shownPage.waitForRequest((request) => request.url().endsWith("/api/events") && request.headers()["x-mosaic-view"] === view);
  await shownPage.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    document.dispatchEvent(new Event("visibilitychange"));
  }, view);
  await heard;
}

async function turnOn(device: Page): Promise<void> {
  await device.goto(`${own.mosaic.url}/settings/notifications`);
  await device.getByRole("switch", { name: "Notify this device when an agent has answered" }).click();
  await expect(device.getByRole("button", { name: /^Send a test to / })).toBeVisible();
}

/** As the end of an answer does that nobody sees. */
async function answerUnseen(): Promise<void> {
  const earlier = service.received.length;
  await own.database.query(
    `INSERT INTO push_deliveries (message_id, device_id, user_id)
     SELECT m.id, d.id, d.user_id FROM messages m, push_devices d WHERE m.role = 'assistant' AND m.conversation_id = '${conversationId}'`,
  );
  await expect.poll(() => service.received.length, { timeout: 30_000 }).toBeGreaterThan(earlier);
}

test.describe.configure({ mode: "serial" });

// What is told does not depend on the runtime, so one is enough.
test.describe("notifications @process", () => {
  test.beforeAll(async ({ browser }) => {
    const reason = whyNot("process");
    test.skip(reason !== undefined, reason);
    folder = await mkdtemp(join(tmpdir(), "mosaic-e2e-push-"));
    const authority = createAuthority("Push CA");
    await writeFile(join(folder, "ca.pem"), authority.certificate);
    service = await startPushService(authority.issue(["127.0.0.1"]));
    own = await createWorld("process", { MOSAIC_EXTRA_CA_CERTS: join(folder, "ca.pem") });
    await own.mosaic.start();
    client = new ApiClient(() => own.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: own.mosaic.setupUrl ?? "",
      password: own.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
      sharesModel: true,
    });
    ada = agent.id;
    const { code } = await client.json<{ code: string }>("POST", "/api/admin/invites", {});
    await new ApiClient(() => own.mosaic.url).json("POST", "/api/auth/sign-up", {
      inviteCode: code,
      username: "ann",
      displayName: "Ann",
      password: own.canaries.password,
    });
    await client.json("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
    conversationId = await client.newConversation(agent.id);
    await storeAnswer(own, conversationId, `The word is ${secret}.`);
    context = await browser.newContext({ permissions: ["notifications"] });
    await subscribesAs(context, "chromium");
    page = await context.newPage();
    phone = await (await browser.newContext()).newPage();
    const annsContext = await browser.newContext({ permissions: ["notifications"] });
    await subscribesAs(annsContext, "anns");
    anns = await annsContext.newPage();
  });

  test.afterAll(async () => {
    await Promise.all([page, phone, anns].map(async (each) => each?.context().close()));
    await (own === undefined ? undefined : destroyWorld(own));
    await service?.close();
    await (folder === undefined ? undefined : rm(folder, { recursive: true, force: true }));
  });

  test("are turned on for a device by its switch, and a test arrives there", async () => {
    await signIn(page, own, "root");
    await turnOn(page);
    await page.getByRole("button", { name: /^Send a test to / }).click();
    await expect(page.getByText(/^A test was sent to /)).toBeVisible();
    expect(JSON.parse(lastPush())).toMatchObject({ kind: "test" });
    const push = await pusher();
    await push(lastPush());
    await expect.poll(shown).toEqual([{ title: "Mosaic reaches this device", body: "" }]);
  });

  test("say who has answered where no page is in view, and a click leads to the conversation", async () => {
    await answerUnseen();
    const push = await pusher();
    const answered = lastPush();
    expect(answered).not.toContain(secret);
    // In view, nothing is shown but what is tried out: the page is there.
    await page.bringToFront();
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      (await registration.getNotifications()).forEach((notification) => notification.close());
    });
    await expect.poll(shown).toEqual([]);
    await push(answered);
    await push(tried);
    await expect.poll(shown).toEqual([{ title: "Mosaic reaches this device", body: "" }]);
    await page.goto("about:blank");
    await push(answered);
    // A page of the chat is led there; any other stays as it is, with what somebody does on it.
    await page.goto(`${own.mosaic.url}/chat`);
    await expect.poll(shown).toContainEqual({ title: "Ada has answered", body: "" });
    const [worker] = context.serviceWorkers();
    await worker?.evaluate(async () => {
      const scope = globalThis as unknown as { registration: ServiceWorkerRegistration } & EventTarget;
      const notification = (await scope.registration.getNotifications()).find(({ title }) => title === "Ada has answered");
      const Clicked = (globalThis as unknown as { NotificationEvent: new (type: string, init: object) => Event }).NotificationEvent;
      scope.dispatchEvent(new Clicked("notificationclick", { notification }));
    });
    await expect(page).toHaveURL(new RegExp(`/chat\\?id=${conversationId}`));
    await expect(page.getByText(secret)).toBeVisible();
  });

  test("tell of a real answer once it is there, only on its owner's device that wants it, and only where no page is in view", async () => {
    await signIn(anns, own, "ann");
    await turnOn(anns);
    const id = await client.newConversation(ada);
    const answered = { kind: "answered", agent: "Ada", conversationId: id, text: null };
    await page.goto(`${own.mosaic.url}/chat?id=${id}`);
    await send(page, "Ada", "[demo:slow ms=150 words=20]");
    await expect(answers(page, "Ada").first()).toContainText("word2", { timeout: 120_000 });
    await putInView(page, "hidden");
    // Nobody else's page keeps it from being told.
    await anns.goto(`${own.mosaic.url}/chat`);
    const before = pushesTo("chromium").length;
    expect((await client.conversation(id)).messages.at(-1)?.status).not.toBe("complete");
    await expect.poll(() => pushesTo("chromium").slice(before), { timeout: 30_000 }).toMatchObject([answered]);
    expect((await client.conversation(id)).messages.at(-1)?.status).toBe("complete");
    const push = await pusher();
    await push(lastPush());
    // What covers the page is not known to the browser, which would not show what is in view.
    await page.goto("about:blank");
    await push(lastPush());
    await page.goto(`${own.mosaic.url}/chat?id=${id}`);
    await expect.poll(shown).toContainEqual({ title: "Ada has answered", body: "" });

    // In view there, or on the owner's other device, whatever that shows: nothing is due any more, and nothing was sent.
    await send(page, "Ada", "hello");
    await nextAnswer(page, "Ada", 2);
    await nothingDue();
    await signIn(phone, own, "root");
    await phone.goto(`${own.mosaic.url}/settings/profile`);
    await expect(phone.getByRole("heading", { name: "Profile" })).toBeVisible();
    await send(page, "Ada", "[demo:slow ms=150 words=20]");
    await expect(answers(page, "Ada").nth(2)).toContainText("word2");
    await putInView(page, "hidden");
    await nextAnswer(page, "Ada", 3);
    await nothingDue();
    expect(pushesTo("chromium")).toHaveLength(before + 1);

    // With both closed it is told again.
    await phone.goto("about:blank");
    await putInView(page, "visible");
    await send(page, "Ada", "[demo:slow ms=150 words=20]");
    await expect(answers(page, "Ada").nth(3)).toContainText("word2");
    await page.goto("about:blank");
    await expect.poll(() => pushesTo("chromium").slice(before + 1), { timeout: 30_000 }).toMatchObject([answered]);
    expect((await client.conversation(id)).messages.at(-1)?.status).toBe("complete");
    expect(pushesTo("anns")).toEqual([]);
  });

  test("tell what an agent says without being asked, to its owner alone", async () => {
    const id = await client.newConversation(ada);
    const before = pushesTo("chromium").length;
    await agentSpeaks(own, ada, { kind: "assistant", text: "The pumpkin is ripe.", conversationId: id });
    await expect
      .poll(() => pushesTo("chromium").slice(before), { timeout: 30_000 })
      .toMatchObject([{ kind: "spoke", agent: "Ada", conversationId: id, text: null }]);
    const push = await pusher();
    await push(lastPush());
    await page.goto(`${own.mosaic.url}/chat?id=${id}`);
    await expect.poll(shown).toContainEqual({ title: "Ada has something to say", body: "" });
    await expect(page.getByRole("article", { name: "Ada wrote without being asked" })).toContainText("The pumpkin is ripe.");
    // Now that it is in view, it is told there alone.
    await agentSpeaks(own, ada, { kind: "assistant", text: "And the melon.", conversationId: id });
    await expect(page.getByText("And the melon.", { exact: true })).toBeVisible();
    await nothingDue();
    expect(pushesTo("chromium")).toHaveLength(before + 1);
    expect(pushesTo("anns")).toEqual([]);
  });

  test("show the beginning of an answer where that is wanted", async () => {
    await page.goto(`${own.mosaic.url}/settings/notifications`);
    await page.getByRole("switch", { name: "Show the beginning of the answer" }).click();
    await expect(page.getByText("shows the beginning of the answer")).toBeVisible();
    await answerUnseen();
    expect(JSON.parse(lastPush())).toMatchObject({ kind: "answered", text: `The word is ${secret}.` });
  });

  test("end with signing out, and what was shown goes", async () => {
    await page.getByRole("button", { name: /^Account and settings/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    const told = await own.database.query("SELECT u.username FROM push_devices d JOIN users u ON u.id = d.user_id");
    expect(told).toEqual([{ username: "ann" }]);
    expect(await shown()).toEqual([]);
  });
});
