import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { earlyRequestsScript, takeEarly } from "@/lib/early-requests";

const id = "0190f0f0-0000-7000-8000-000000000000";
const member = { isComplete: true, user: { role: "member" } };
let asked: string[] = [];
const signals = new Map<string, AbortSignal>();

const openAt = (address: string, status: unknown): void => {
  window.history.replaceState(null, "", address);
  vi.stubGlobal("fetch", async (path: string, { signal }: { signal: AbortSignal }) => {
    asked.push(path);
    signals.set(path, signal);
    return Response.json(path === "/api/onboarding/status" ? status : { path });
  });
  window.eval(earlyRequestsScript);
};

beforeEach(() => {
  asked = [];
  globalThis.mosaicEarly = undefined;
  window.sessionStorage.clear();
});
afterEach(() => vi.unstubAllGlobals());

test("an open chat is asked for before its scripts are there, the events first, each once", async () => {
  openAt(`/chat?id=${id}`, member);
  await vi.waitFor(() =>
    expect(asked).toEqual(["/api/onboarding/status", "/api/events", `/api/conversations/${id}`, "/api/agents", "/api/conversations"]),
  );
  const answer = await takeEarly("/api/agents", undefined);
  expect(await answer?.json()).toEqual({ path: "/api/agents" });
  expect(takeEarly("/api/agents", undefined)).toBeNull();
});

test("an admin's system agents come along", async () => {
  openAt("/chat", { ...member, user: { role: "admin" } });
  await vi.waitFor(() => expect(asked).toContain("/api/admin/system-agents"));
});

test.each([
  ["nobody is signed in", "/chat", { isComplete: true, user: null }],
  ["Mosaic is not set up", "/chat", { isComplete: false, user: { role: "admin" } }],
])("where %s, nothing more is asked for than that", async (_, address, status) => {
  openAt(address, status);
  const answer = await takeEarly("/api/onboarding/status", undefined);
  expect(await answer?.json()).toEqual(status);
  expect(asked).toEqual(["/api/onboarding/status"]);
});

test("nothing is asked for on other pages, and none with a setup token", () => {
  openAt("/settings/profile", member);
  window.sessionStorage.setItem("mosaic.setup-token", "t");
  openAt("/chat", member);
  expect(asked).toEqual([]);
});

test("what is stopped later stops the early request, and one that lay too long is not taken", async () => {
  openAt("/chat", member);
  await vi.waitFor(() => expect(asked).toContain("/api/conversations"));
  const controller = new AbortController();
  expect(takeEarly("/api/events", controller.signal)).not.toBeNull();
  controller.abort();
  expect(signals.get("/api/events")?.aborted).toBe(true);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
  expect(takeEarly("/api/agents", undefined)).toBeNull();
  expect(signals.get("/api/agents")?.aborted).toBe(true);
  vi.restoreAllMocks();
});
