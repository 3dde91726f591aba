import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPushService, type PushService } from "@mosaic/testing/push-service";
import { expect, type BrowserContext, type CDPSession, type Page } from "@playwright/test";
import { createAuthority } from "../../packages/outbound/test/support/certificates.ts";
import { ApiClient } from "../support/api-client.ts";
import { createWorld, destroyWorld, test, whyNot, type World } from "../support/fixtures.ts";
import { signIn } from "../support/pages.ts";
import { storeAnswer } from "../support/stored-messages.ts";

const secret = "only-for-its-owner-4712";

let folder: string;
let service: PushService;
let own: World;
let conversationId: string;
let context: BrowserContext;
let page: Page;

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

// No agent runs here, so one runtime is enough.
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
    const client = new ApiClient(() => own.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: own.mosaic.setupUrl ?? "",
      password: own.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
    await client.json("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
    conversationId = await client.newConversation(agent.id);
    await storeAnswer(own, conversationId, `The word is ${secret}.`);
    context = await browser.newContext({ permissions: ["notifications"] });
    // Chromium's own push service is on the internet.
    await context.addInitScript((subscription) => {
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
    }, service.subscribe("chromium"));
    page = await context.newPage();
  });

  test.afterAll(async () => {
    await context?.close();
    await (own === undefined ? undefined : destroyWorld(own));
    await service?.close();
    await (folder === undefined ? undefined : rm(folder, { recursive: true, force: true }));
  });

  test("are turned on for a device by its switch, and a test arrives there", async () => {
    await signIn(page, own, "root");
    await page.goto(`${own.mosaic.url}/settings/notifications`);
    await page.getByRole("switch", { name: "Tell this device when an agent has answered" }).click();
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
    expect(await own.database.query("SELECT 1 FROM push_devices")).toEqual([]);
    expect(await shown()).toEqual([]);
  });
});
