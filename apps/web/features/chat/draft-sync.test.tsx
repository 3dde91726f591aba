import { messageMaxCharacters, type Draft } from "@mosaic/contracts/chat";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { draftTimes } from "@/features/chat/draft-sync";
import { openChat, type OpenChat } from "@/test/open-chat";

const usual = { ...draftTimes };
let isVisible = true;

beforeEach(() => {
  Object.assign(draftTimes, { saveAfterMs: 20, underFingersMs: 0, retryMs: 20 });
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => (isVisible ? "visible" : "hidden"));
});

afterEach(() => {
  isVisible = true;
  Object.assign(draftTimes, usual);
  vi.restoreAllMocks();
});

const hide = (): void =>
  act(() => {
    isVisible = false;
    document.dispatchEvent(new Event("visibilitychange"));
  });

const type = (box: HTMLElement, value: string): void => void fireEvent.change(box, { target: { value } });
const saved = (page: OpenChat): Draft | undefined => page.server.state.drafts.get(page.id);
const draftOf = (content: string): Draft => ({ revision: crypto.randomUUID(), content, updatedAt: new Date().toISOString() });

const openWith = async (content: string | null): Promise<OpenChat> => {
  const id = crypto.randomUUID();
  const page = await openChat({ drafts: new Map(content === null ? [] : [[id, draftOf(content)]]) }, undefined, id);
  await waitFor(() => expect(page.box.value).toBe(content ?? ""));
  return page;
};

/** To another place and back, while nothing can be fetched. */
const leaveAndComeBack = async (page: OpenChat): Promise<HTMLTextAreaElement> => {
  page.server.breakNetwork("GET :id", "away");
  page.go("/chat");
  await screen.findByRole("heading", { name: "New chat with Ada" });
  page.go(`/chat?id=${page.id}`);
  await screen.findByRole("heading", { name: "A talk" });
  return screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message Ada" });
};

test("an older text that came with the conversation does not replace a newer one at the return to it", async () => {
  const page = await openWith("older");
  type(page.box, "newer");
  await waitFor(() => expect(saved(page)?.content).toBe("newer"));
  expect((await leaveAndComeBack(page)).value).toBe("newer");
});

test("a text that was sent does not come back at the return to its conversation", async () => {
  const page = await openWith("to be sent");
  fireEvent.keyDown(page.box, { key: "Enter" });
  await screen.findByText("Ada answered: You said: to be sent");
  await waitFor(() => expect(saved(page)).toBeUndefined());
  expect((await leaveAndComeBack(page)).value).toBe("");
});

test("an answer that was on its way brings nothing back that was sent from another device meanwhile", async () => {
  const page = await openWith("to be sent there");
  const conversation = `/api/conversations/${page.id}`;
  const { promise: late, resolve: arrive } = Promise.withResolvers<void>();
  const { fetch } = globalThis;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (...asked) => {
    const response = await fetch(...asked);
    if (asked[0] instanceof URL && asked[0].pathname === conversation) await late;
    return response;
  });
  const asked = (): number => page.server.requests.filter(({ line }) => line === `GET ${conversation}`).length;
  const before = asked();
  page.server.say({ type: "conversation", conversationId: page.id });
  await waitFor(() => expect(asked()).toBe(before + 1));
  page.server.state.drafts.delete(page.id);
  page.server.say({ type: "conversation", conversationId: page.id, draft: { revision: null } });
  await waitFor(() => expect(page.box.value).toBe(""));
  await act(async () => {
    arrive();
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  expect(page.box.value).toBe("");
});

test("news that comes while the page asks makes it ask once more, and not once for each", async () => {
  const page = await openWith("first");
  const path = `/api/conversations/${page.id}/draft`;
  const { promise: late, resolve: arrive } = Promise.withResolvers<void>();
  const { fetch } = globalThis;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (...asked) => {
    const response = await fetch(...asked);
    if (asked[0] instanceof URL && asked[0].pathname === path) await late;
    return response;
  });
  const looks = (): number => page.server.requests.filter(({ line }) => line === `GET ${path}`).length;
  for (const content of ["second", "third", "fourth"]) {
    const there = draftOf(content);
    page.server.state.drafts.set(page.id, there);
    page.server.say({ type: "conversation", conversationId: page.id, draft: { revision: there.revision } });
    await waitFor(() => expect(looks()).toBe(1));
  }
  arrive();
  await waitFor(() => expect(page.box.value).toBe("fourth"));
  expect(looks()).toBe(2);
});

test("a text that was kept without this page hearing of it is gone everywhere once it is sent", async () => {
  const page = await openWith("older");
  Object.assign(draftTimes, { retryMs: 60_000 });
  page.server.breakNetwork("PUT draft", "lost");
  type(page.box, "Remember");
  await waitFor(() => expect(saved(page)?.content).toBe("Remember"));
  fireEvent.keyDown(page.box, { key: "Enter" });
  await screen.findByText("Ada answered: You said: Remember");
  await waitFor(() => expect(saved(page)).toBeUndefined());
});

test("a text that was not kept without this page hearing of it leaves nothing older behind once it is sent", async () => {
  const page = await openWith("older");
  Object.assign(draftTimes, { retryMs: 60_000 });
  page.server.breakNetwork("PUT draft", "away");
  type(page.box, "Remember");
  await waitFor(() => expect(window.sessionStorage.getItem(`mosaic.draft-kept.${page.id}`)).toMatch(/^typed \S+ \S+$/));
  fireEvent.keyDown(page.box, { key: "Enter" });
  await screen.findByText("Ada answered: You said: Remember");
  await waitFor(() => expect(saved(page)).toBeUndefined());
});

test("a text that is too long to be kept is not taken for one that is", async () => {
  const page = await openWith(null);
  const long = "x".repeat(messageMaxCharacters + 1);
  type(page.box, long);
  await waitFor(() => expect(window.sessionStorage.getItem(`mosaic.draft-kept.${page.id}`)).toBe("typed "));
  const there = draftOf("typed there");
  page.server.state.drafts.set(page.id, there);
  page.server.say({ type: "conversation", conversationId: page.id, draft: { revision: there.revision } });
  // What comes after it on the same stream was heard.
  const fetched = (): number => page.server.requests.filter(({ line }) => line === `GET /api/conversations/${page.id}`).length;
  const before = fetched();
  page.server.say({ type: "conversation", conversationId: page.id });
  await waitFor(() => expect(fetched()).toBe(before + 1));
  expect(page.box.value).toBe(long);
  type(page.box, "short");
  await waitFor(() => expect(saved(page)?.content).toBe("short"));
});

test("is kept as its page is hidden, by a request that outlives the page", async () => {
  const page = await openWith(null);
  Object.assign(draftTimes, { saveAfterMs: 60_000 });
  const fetching = vi.spyOn(globalThis, "fetch");
  type(page.box, "on the way out");
  hide();
  await waitFor(() => expect(saved(page)?.content).toBe("on the way out"));
  expect(fetching.mock.calls.find(([, init]) => init?.method === "PUT")?.[1]?.keepalive).toBe(true);
});
