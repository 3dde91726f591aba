import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NotificationsPage } from "@/features/notifications/notifications-page";
import { accountState, samplePushDevice } from "@/test/account-contract";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

/** A browser that has what notifications need, as far as the page asks for it. */
const browser = ({ permission = "default", answer = "granted" }: { permission?: string; answer?: string } = {}) => {
  const subscription = {
    options: { applicationServerKey: null },
    unsubscribe: vi.fn<() => Promise<boolean>>(async () => true),
    toJSON: () => ({ endpoint: "https://push.example/one", keys: { p256dh: "p".repeat(87), auth: "a".repeat(22) } }),
  };
  const subscribe = vi.fn<(options: unknown) => Promise<unknown>>(async () => subscription);
  const requestPermission = vi.fn<() => Promise<string>>(async () => answer);
  const registration = { pushManager: { getSubscription: async () => subscription, subscribe }, getNotifications: async () => [] };
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("PushManager", vi.fn<() => void>());
  vi.stubGlobal("Notification", { permission, requestPermission });
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: { register: async () => registration, ready: Promise.resolve(registration), getRegistration: async () => registration },
  });
  return { subscribe, subscription, requestPermission };
};

const open = async (devices = [samplePushDevice()]) =>
  openPage(<NotificationsPage />, { ...readyState(), account: accountState({ pushDevices: devices }) }, "/settings/notifications");

const tellSwitch = () => screen.findByRole("switch", { name: "Notify this device when an agent has answered" });

beforeEach(() => void browser());

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "serviceWorker");
});

describe("this device", () => {
  test("asks for the permission only when it is turned on, and is told then, without text", async () => {
    const { subscribe, requestPermission } = browser();
    const { server } = await open([]);
    const toggle = await tellSwitch();
    expect(requestPermission).not.toHaveBeenCalled();
    toggle.click();
    await waitFor(() => expect(server.state.account.pushDevices).toMatchObject([{ isCurrent: true, showsText: false }]));
    expect(subscribe).toHaveBeenCalledWith({ userVisibleOnly: true, applicationServerKey: "BKey" });
    await waitFor(async () => expect((await tellSwitch()).getAttribute("aria-checked")).toBe("true"));
  });

  test("is not told when the browser is told no, and the page says so", async () => {
    const { subscribe } = browser({ answer: "denied" });
    const { server } = await open([]);
    (await tellSwitch()).click();
    await screen.findByText("Notifications were not allowed");
    expect(subscribe).not.toHaveBeenCalled();
    expect(server.state.account.pushDevices).toEqual([]);
  });

  test("gives its subscription up when it is turned off", async () => {
    const { subscription } = browser({ permission: "granted" });
    const { server } = await open([samplePushDevice({ isCurrent: true })]);
    (await tellSwitch()).click();
    await waitFor(() => expect(server.state.account.pushDevices).toEqual([]));
    await waitFor(() => expect(subscription.unsubscribe).toHaveBeenCalledWith());
  });

  test.each([
    ["blocks", () => browser({ permission: "denied" }), "This browser blocks notifications of Mosaic"],
    ["can't", () => vi.stubGlobal("isSecureContext", false), "Notifications need https"],
    ["has none", () => Reflect.deleteProperty(navigator, "serviceWorker"), "This browser can’t show notifications of web pages"],
  ])("says what is in the way where the browser %s", async (_why, prepare, words) => {
    prepare();
    await open([]);
    await screen.findByText(words);
    expect(screen.queryByRole("switch")).toBeNull();
  });
});

test("of other devices each is tested and removed by its own button, and says what went wrong", async () => {
  const phone = samplePushDevice({ device: "Safari on iPhone", fault: "The browser's push service answered 403." });
  const { server } = await open([samplePushDevice(), phone]);
  const row = (await screen.findByRole("heading", { name: "Safari on iPhone" })).closest("li") ?? document.body;
  within(row).getByText(/The last one did not arrive/);
  within(row).getByRole("button", { name: "Send a test to Safari on iPhone" }).click();
  await screen.findByText("The test was not sent");
  within(row).getByRole("button", { name: "Remove Safari on iPhone" }).click();
  await waitFor(() => expect(server.state.account.pushDevices.map(({ device }) => device)).toEqual(["Firefox on Linux"]));
});
