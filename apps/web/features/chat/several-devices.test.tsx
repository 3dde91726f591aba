import type { Draft } from "@mosaic/contracts/chat";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChatPage } from "@/features/chat/chat-page";
import { draftTimes } from "@/features/chat/draft-sync";
import { Sidebar } from "@/features/chat/sidebar";
import { isReadHere } from "@/features/chat/turn-store";
import { useLiveEvents } from "@/features/shell/live-events";
import { openPage, type Page } from "@/test/page";
import { readyState, sampleAgent, sampleConversation, sampleMessage } from "@/test/contract-state";

function App() {
  useLiveEvents(isReadHere);
  return (
    <>
      <Sidebar />
      <ChatPage />
    </>
  );
}

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

const show = (visible: boolean): void =>
  act(() => {
    isVisible = visible;
    document.dispatchEvent(new Event("visibilitychange"));
  });

const ada = sampleAgent({ name: "Ada" });
const uuid = (end: number): string => `01990000-0000-7000-8000-${String(end).padStart(12, "0")}`;

interface Opened extends Page {
  readonly id: string;
  readonly otherId: string;
  readonly box: HTMLTextAreaElement;
}

const open = async ({ isUnread = false, draft }: { isUnread?: boolean; draft?: Draft } = {}): Promise<Opened> => {
  const talk = sampleConversation({ agentId: ada.id, title: "A talk", isUnread });
  const other = sampleConversation({ agentId: ada.id, title: "Another" });
  const messages = [sampleMessage({ id: uuid(1), role: "user", content: "Hello" }), sampleMessage({ id: uuid(2), content: "Hi" })];
  const page = await openPage(
    <App />,
    {
      ...readyState(),
      agents: [ada],
      conversations: [talk, other],
      messages: new Map([[talk.id, messages]]),
      drafts: new Map(draft === undefined ? [] : [[talk.id, draft]]),
    },
    `/chat?id=${talk.id}`,
  );
  const box = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message Ada" });
  await waitFor(() => expect(page.server.requests.some(({ line }) => line === "GET /api/events")).toBe(true));
  return { ...page, id: talk.id, otherId: other.id, box };
};

const linesOf = ({ server }: Page, end: string): unknown[] =>
  server.requests.filter(({ line }) => line.endsWith(end)).map(({ body }) => body);
const list = (): HTMLElement => screen.getByRole("navigation", { name: "Conversations" });

describe("what is unread", () => {
  test("is read once this page shows the end of it, and no device is told twice", async () => {
    const page = await open({ isUnread: true });
    await waitFor(() => expect(linesOf(page, "/read")).toEqual([{ messageId: uuid(2) }]));
    page.server.say({ type: "conversation", conversationId: page.id, isRead: true });
    await waitFor(() => expect(page.client.getQueryData(["conversation", page.id])).toMatchObject({ isUnread: false }));
    expect(linesOf(page, "/read")).toHaveLength(1);
  });

  test("stays so while the page is hidden: a dot in the list, and a number in the tab", async () => {
    isVisible = false;
    const page = await open({ isUnread: true });
    const row = await within(list()).findByRole("link", { name: /^A talk/ });
    expect(within(row).getByRole("img", { name: "unread" })).toBeDefined();
    expect(row.className).toContain("font-semibold");
    await waitFor(() => expect(document.title).toBe("(1) A talk · Mosaic"));
    expect(linesOf(page, "/read")).toEqual([]);
    show(true);
    await waitFor(() => expect(linesOf(page, "/read")).toHaveLength(1));
    await waitFor(() => expect(document.title).toBe("A talk · Mosaic"));
    expect(within(row).queryByRole("img", { name: "unread" })).toBeNull();
  });

  test("shows in another conversation as it comes, and goes when another device has seen it", async () => {
    const page = await open();
    const { server, otherId } = page;
    const kept = server.state.conversations.find(({ id }) => id === otherId);
    if (kept !== undefined) kept.isUnread = true;
    server.say({ type: "conversation", conversationId: otherId, turn: { answerId: uuid(9), isOver: true } });
    await within(list()).findByRole("img", { name: "unread" });
    await waitFor(() => expect(document.title).toBe("(1) A talk · Mosaic"));
    server.say({ type: "conversation", conversationId: otherId, isRead: true });
    await waitFor(() => expect(within(list()).queryByRole("img", { name: "unread" })).toBeNull());
    await waitFor(() => expect(document.title).toBe("A talk · Mosaic"));
    expect(linesOf(page, "/read")).toEqual([]);
  });
});

describe("an answer that another device asked for", () => {
  const marked = (): HTMLElement | null => within(list()).queryByRole("img", { name: "answering" });
  const begin = async (page: Opened, answerId: string): Promise<void> => {
    const other = page.server.state.conversations.find(({ id }) => id === page.otherId);
    if (other !== undefined) other.answeringId = answerId;
    page.server.say({ type: "conversation", conversationId: page.otherId, turn: { answerId, isOver: false } });
    await waitFor(() => expect(marked()).not.toBeNull());
  };

  test("shows in the list until it is over, whatever an older list says", async () => {
    const page = await open();
    await begin(page, uuid(91));
    page.server.say({ type: "conversation", conversationId: page.otherId, turn: { answerId: uuid(91), isOver: true } });
    await waitFor(() => expect(marked()).toBeNull());
    await act(async () => page.client.refetchQueries({ queryKey: ["conversations"] }));
    expect(page.server.state.conversations.find(({ id }) => id === page.otherId)?.answeringId).toBe(uuid(91));
    expect(marked()).toBeNull();
  });

  test("is stopped from its row's menu", async () => {
    const page = await open();
    await begin(page, uuid(92));
    const stop = async (): Promise<void> => {
      fireEvent.keyDown(within(list()).getByRole("button", { name: "Actions for Another" }), { key: "Enter" });
      fireEvent.click(await screen.findByRole("menuitem", { name: "Stop answering" }));
    };
    await stop();
    await waitFor(() => expect(linesOf(page, `POST /api/turns/${uuid(92)}/stop`)).toHaveLength(1));
    expect(screen.queryByText(/did not get your stop/)).toBeNull();
  });
});

describe("what devices are about to be told of", () => {
  test("is taken back by a page in view, whatever it shows, and not by a hidden one", async () => {
    const page = await open();
    page.server.say({ type: "push_due", messageId: uuid(9) });
    await waitFor(() => expect(linesOf(page, "/api/push/seen")).toEqual([{ messageId: uuid(9) }]));
    isVisible = false;
    page.server.say({ type: "push_due", messageId: uuid(10) });
    // What came after it was heard.
    const other = page.server.state.conversations.find(({ id }) => id === page.otherId);
    if (other !== undefined) other.isUnread = true;
    page.server.say({ type: "conversation", conversationId: page.otherId });
    await within(list()).findByRole("img", { name: "unread" });
    expect(linesOf(page, "/api/push/seen")).toHaveLength(1);
  });
});

test("an agent that was changed on another device is shown as it is now, without a reload", async () => {
  const page = await open();
  page.server.state.agents.splice(0, 1, { ...ada, name: "Grace" });
  page.server.say({ type: "agents" });
  expect(await screen.findByRole("textbox", { name: "Message Grace" })).toBeDefined();
});

describe("what an agent says by itself", () => {
  const said = (end: number, agentEvent: "assistant" | "system" | "error", content: string) =>
    sampleMessage({ id: uuid(end), content, agentEvent });
  const tell = (page: Opened, ...messages: ReturnType<typeof said>[]): void => {
    page.server.state.messages.get(page.id)?.push(...messages);
    page.server.say({ type: "conversation", conversationId: page.id });
    page.server.say({ type: "agent_spoke", agentId: ada.id, conversationId: page.id, messageId: uuid(3), kind: "system" });
  };

  test("says whose words it is, is announced, and is plain text unless the agent speaks as itself", async () => {
    const page = await open();
    tell(page, said(3, "assistant", "It is **ripe**"), said(4, "system", "**Mosaic** says"), said(5, "error", "No water"));
    const spoken = await screen.findByRole("article", { name: "Ada wrote without being asked" });
    await waitFor(() => expect(spoken.querySelector("strong, [data-streamdown=strong]")?.textContent).toBe("ripe"));
    const note = screen.getByRole("article", { name: "Note from Ada" });
    expect(within(note).getByText("**Mosaic** says")).toBeDefined();
    expect(within(screen.getByRole("article", { name: "Ada reports an error" })).getByText("No water")).toBeDefined();
    expect(screen.getByText("Ada reports an error: No water")).toBeDefined();
  });

  test("stands after the answer that comes meanwhile, and leaves that alone", async () => {
    const page = await open();
    const turn = page.server.begin(page.id, "What is up");
    page.server.say({ type: "conversation", conversationId: page.id });
    turn.say("All");
    await screen.findByText("All");
    // Later than any answer.
    tell(page, { ...said(0, "system", "By the way"), id: "ffffffff-ffff-7fff-bfff-ffffffffffff" });
    await screen.findByRole("article", { name: "Note from Ada" });
    turn.say(" well");
    await screen.findByText("All well");
    const names = screen.getAllByRole("article").map((article) => article.getAttribute("aria-label"));
    expect(names.slice(-3)).toEqual(["You", "Ada", "Note from Ada"]);
  });
});

const type = (box: HTMLElement, value: string): void => void fireEvent.change(box, { target: { value } });
const contentsOf = (page: Page): unknown[] =>
  linesOf(page, "/draft").flatMap((body) => (body === undefined || body === null ? [] : [(body as Draft).content]));
const saved = (page: Opened): Draft | undefined => page.server.state.drafts.get(page.id);

/** As another device would. */
const saveElsewhere = ({ server, id }: Opened, content: string): void => {
  const revision = crypto.randomUUID();
  server.state.drafts.set(id, { revision, content, updatedAt: new Date().toISOString() });
  server.say({ type: "conversation", conversationId: id, draft: { revision } });
};

describe("a draft", () => {
  test("that was typed on another device is there when the conversation opens, without a request of its own", async () => {
    const page = await open({ draft: { revision: crypto.randomUUID(), content: "from the train", updatedAt: new Date().toISOString() } });
    await waitFor(() => expect(page.box.value).toBe("from the train"));
    expect(linesOf(page, "/draft")).toEqual([]);
  });

  test("is kept a moment after the last letter, and gone everywhere once it is sent", async () => {
    const page = await open();
    for (const text of ["R", "Re", "Remember"]) type(page.box, text);
    await waitFor(() => expect(contentsOf(page)).toEqual(["Remember"]));
    await waitFor(() => expect(saved(page)?.content).toBe("Remember"));
    fireEvent.keyDown(page.box, { key: "Enter" });
    await waitFor(() => expect(saved(page)).toBeUndefined());
    expect(page.box.value).toBe("");
    await screen.findByText("Ada answered: You said: Remember");
  });

  test("follows what another device types, and empties when it was sent there", async () => {
    const page = await open();
    saveElsewhere(page, "typed there");
    await waitFor(() => expect(page.box.value).toBe("typed there"));
    page.server.state.drafts.delete(page.id);
    page.server.say({ type: "conversation", conversationId: page.id, draft: { revision: null } });
    await waitFor(() => expect(page.box.value).toBe(""));
  });

  test("is not replaced under the fingers, only after a pause; the newest text wins", async () => {
    Object.assign(draftTimes, { saveAfterMs: 60_000, underFingersMs: 60_000 });
    const page = await open();
    type(page.box, "typed here");
    saveElsewhere(page, "typed there");
    // What comes after it on the same stream was heard.
    const fetched = (): number => page.server.requests.filter(({ line }) => line === `GET /api/conversations/${page.id}`).length;
    const before = fetched();
    page.server.say({ type: "conversation", conversationId: page.id });
    await waitFor(() => expect(fetched()).toBe(before + 1));
    expect(page.box.value).toBe("typed here");
    Object.assign(draftTimes, { saveAfterMs: 0, underFingersMs: 0 });
    type(page.box, "typed here, later");
    await waitFor(() => expect(saved(page)?.content).toBe("typed here, later"));
    expect(page.box.value).toBe("typed here, later");
    saveElsewhere(page, "and there, last");
    await waitFor(() => expect(page.box.value).toBe("and there, last"));
  });

  test("that can't be kept now is kept later, and nobody is bothered", async () => {
    const page = await open();
    page.server.refuseDrafts(true);
    type(page.box, "patient");
    await waitFor(() => expect(contentsOf(page).length).toBeGreaterThan(1));
    expect(page.box.value).toBe("patient");
    expect(screen.queryByRole("alert")).toBeNull();
    page.server.refuseDrafts(false);
    await waitFor(() => expect(saved(page)?.content).toBe("patient"));
  });
});

test("an agent that was deleted elsewhere is gone here at once, with its conversations", async () => {
  const { server } = await open();
  const list = within(screen.getByRole("navigation", { name: "Conversations" }));
  expect(await list.findAllByRole("link")).toHaveLength(2);
  server.state.agents = [];
  server.state.conversations = [];
  act(() => server.say({ type: "agent", agentId: ada.id, status: "stopped", stage: null, error: null, isDeleted: true }));
  await waitFor(() => expect(list.queryAllByRole("link")).toHaveLength(0));
});
