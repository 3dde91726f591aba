import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { toast } from "sonner";
import { ChatPage } from "@/features/chat/chat-page";
import { listByAgent, showList } from "@/features/chat/list-view";
import { isAnswering, isReadHere, stopTurn } from "@/features/chat/turn-store";
import { Sidebar } from "@/features/chat/sidebar";
import { useLiveEvents } from "@/features/shell/live-events";
import { choose, press, type } from "@/test/actions";
import { openPage, type Page } from "@/test/page";
import { readyState, sampleAgent, sampleConversation } from "@/test/contract-state";

afterEach(async () => {
  act(() => {
    showList({ agentId: null, folderId: null, isArchived: false });
    toast.dismiss();
  });
  // What one test was told is not to be undone by the next.
  await waitFor(() => expect(screen.queryAllByRole("button", { name: "Undo" })).toEqual([]));
});

function LiveSidebar() {
  useLiveEvents(isReadHere);
  return <Sidebar />;
}

function WholeChat() {
  useLiveEvents(isReadHere);
  return (
    <>
      <Sidebar />
      <ChatPage />
    </>
  );
}

const ada = sampleAgent({ name: "Ada", emoji: "🦉" });
const bob = sampleAgent({ name: "Bob", emoji: "🐢" });

/** So many of Ada's, each a minute older than the one before: "Talk 1" is the newest. */
const talks = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    sampleConversation({ agentId: ada.id, title: `Talk ${index + 1}`, updatedAt: new Date(Date.now() - index * 60_000).toISOString() }),
  );

const open = async (conversations = talks(3), agents = [ada], address = "/chat"): Promise<Page> => {
  const page = await openPage(<LiveSidebar />, { ...readyState(), agents, conversations }, address);
  await screen.findByRole("navigation", { name: "Conversations" });
  if (conversations.some(({ isArchived }) => !isArchived)) await waitFor(() => expect(titles().length).toBeGreaterThan(0));
  return page;
};

const list = (): HTMLElement => screen.getByRole("navigation", { name: "Conversations" });
const rows = (): HTMLElement[] => within(list()).queryAllByRole("link");
const titles = (): string[] => rows().map((row) => row.textContent);
const row = (name: string): HTMLElement => within(list()).getByRole("link", { name });
const key = (name: string, shiftKey = false): void =>
  void fireEvent.keyDown(document.activeElement ?? document.body, { key: name, shiftKey });
const focused = (): string => document.activeElement?.textContent ?? "";
const section = (name: string): HTMLElement => within(list()).getByRole("region", { name });

/** With the keys, as from the row. */
const pick = async (title: string, item: string): Promise<void> => {
  act(() => row(title).focus());
  key("ArrowRight");
  fireEvent.click(await screen.findByRole("menuitem", { name: item }));
};

describe("the keys", () => {
  test("Tab reaches one row; the arrows, Home and End move, and stop at the ends", async () => {
    await open();
    expect(rows().map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1]);
    act(() => row("Talk 1").focus());
    const visited = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "ArrowUp", "End"].map((name) => {
      key(name);
      return focused();
    });
    expect(visited).toEqual(["Talk 2", "Talk 3", "Talk 3", "Talk 2", "Talk 1", "Talk 1", "Talk 3"]);
    expect(rows().map(({ tabIndex }) => tabIndex)).toEqual([-1, -1, 0]);
    const hint = row("Talk 3").getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(hint)?.textContent).toContain("Arrow right opens the actions");
  });

  test("what is open is what Tab reaches first", async () => {
    const conversations = talks(3);
    await open(conversations, [ada], `/chat?id=${conversations[1]?.id}`);
    expect(rows().map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1]);
    expect(row("Talk 2").getAttribute("aria-current")).toBe("page");
  });

  test.each([
    ["ArrowRight", false],
    ["ContextMenu", false],
    ["F10", true],
  ])("%s opens a row's actions, and Escape leads back", async (name, isShift) => {
    await open();
    act(() => row("Talk 2").focus());
    key(name, isShift);
    expect((await screen.findAllByRole("menuitem")).map((item) => item.textContent)).toEqual([
      "Pin",
      "Rename",
      "Move to folder",
      "Archive",
      "Share",
      "Export as Markdown",
      "Export as JSON Lines",
      "Delete",
    ]);
    key("Escape");
    await waitFor(() => expect([screen.queryByRole("menu"), focused()]).toEqual([null, "Talk 2"]));
  });

  test("a name is changed in a dialog, after which the focus is where it was", async () => {
    const { server } = await open();
    await pick("Talk 2", "Rename");
    await screen.findByRole("dialog", { name: "Rename conversation" });
    type("Title", "Garden");
    press("Rename");
    await waitFor(() => expect(focused()).toBe("Garden"));
    expect(titles()).toEqual(["Talk 1", "Garden", "Talk 3"]);
    expect(server.requests.filter(({ line }) => line.startsWith("PATCH")).map(({ body }) => body)).toEqual([{ title: "Garden" }]);
  });
});

describe("pins and the archive", () => {
  test("what is pinned stands first, and the focus goes with it", async () => {
    await open();
    await pick("Talk 3", "Pin");
    await waitFor(() =>
      expect(
        within(section("Pinned"))
          .getAllByRole("link")
          .map((one) => one.textContent),
      ).toEqual(["Talk 3"]),
    );
    await waitFor(() => expect([titles(), focused()]).toEqual([["Talk 3", "Talk 1", "Talk 2"], "Talk 3"]));
    await pick("Talk 3", "Unpin");
    await waitFor(() => expect([titles(), focused()]).toEqual([["Talk 1", "Talk 2", "Talk 3"], "Talk 3"]));
  });

  test("what is archived is in the archive, and comes back from there; the focus goes to the next row", async () => {
    await open();
    await pick("Talk 2", "Archive");
    await waitFor(() => expect([titles(), focused()]).toEqual([["Talk 1", "Talk 3"], "Talk 3"]));
    expect(await screen.findByText("Conversation archived")).toBeDefined();
    press("Archived conversations");
    await waitFor(() => expect(titles()).toEqual(["Talk 2"]));
    expect(within(list()).getByRole("heading", { name: "Archived" })).toBeDefined();
    await pick("Talk 2", "Unarchive");
    await screen.findByText(/Nothing is archived/);
    press("Back to conversations");
    await waitFor(() => expect(titles()).toEqual(["Talk 1", "Talk 2", "Talk 3"]));
  });
});

describe("deleting", () => {
  test("asks nothing, and is undone from the message that tells of it", async () => {
    const { server } = await open();
    await pick("Talk 1", "Delete");
    await waitFor(() => expect([titles(), focused()]).toEqual([["Talk 2", "Talk 3"], "Talk 2"]));
    expect(await screen.findByText("Conversation deleted")).toBeDefined();
    press("Undo");
    await waitFor(() => expect([titles(), focused()]).toEqual([["Talk 1", "Talk 2", "Talk 3"], "Talk 1"]));
    expect(server.requests.map(({ line }) => line).filter((line) => line.endsWith("/restore"))).toHaveLength(1);
  });

  test("of what is open leads to a new chat with its agent, and the undo back to it", async () => {
    const conversations = talks(2);
    const id = conversations[0]?.id;
    const { visits } = await open(conversations, [ada], `/chat?id=${id}`);
    await pick("Talk 1", "Delete");
    await screen.findByText("Conversation deleted");
    expect(visits).toEqual([`/chat?agent=${ada.id}`]);
    press("Undo");
    await waitFor(() => expect(visits).toEqual([`/chat?agent=${ada.id}`, `/chat?id=${id}`]));
  });

  test("is undone too late: it is said, and nothing comes back", async () => {
    const { server } = await open();
    await pick("Talk 1", "Delete");
    await screen.findByText("Conversation deleted");
    server.state.deleted = [];
    press("Undo");
    expect(await screen.findByText(/too late/)).toBeDefined();
    expect(titles()).toEqual(["Talk 2", "Talk 3"]);
  });

  test("that the server refuses brings the row back", async () => {
    const { server } = await open();
    server.state.conversations = server.state.conversations.filter(({ title }) => title !== "Talk 1");
    server.state.conversations.push(sampleConversation({ agentId: ada.id, title: "Talk 0" }));
    await pick("Talk 1", "Delete");
    await waitFor(() => expect(titles()).toEqual(["Talk 0", "Talk 2", "Talk 3"]));
    expect(screen.queryByText("Conversation deleted")).toBeNull();
  });
});

describe("of several agents", () => {
  afterEach(() => act(() => listByAgent.set(false)));

  test("each one's stand together when wanted, first those of the agent spoken to last, which the browser keeps", async () => {
    const at = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
    const conversations = [
      sampleConversation({ agentId: ada.id, title: "Old", updatedAt: at(60 * 24 * 3) }),
      sampleConversation({ agentId: bob.id, title: "Shell", updatedAt: at(5) }),
      sampleConversation({ agentId: ada.id, title: "Garden", updatedAt: at(1) }),
      sampleConversation({ agentId: bob.id, title: "Map", updatedAt: at(60 * 24 * 90), isPinned: true }),
    ];
    await open(conversations, [ada, bob]);
    const headings = (): (string | null)[] =>
      within(list())
        .getAllByRole("heading", { level: 3 })
        .map(({ textContent }) => textContent);
    await screen.findByRole("combobox", { name: "Show conversations with" });
    await waitFor(() => expect(headings()[0]).toBe("Pinned"));
    expect(headings()).toHaveLength(new Set(headings()).size);
    await choose("Show conversations with", "All agents, by agent");
    await waitFor(() => expect(headings()).toContain("🦉 Ada · Previous 7 days"));
    expect(headings()[0]).toBe("Pinned");
    expect(headings().map((heading) => heading?.split(" · ")[0])).toEqual(["Pinned", "🦉 Ada", "🦉 Ada", "🐢 Bob"]);
    expect(titles().map((title) => title.replace(/^\W+|\s*with.*/gu, ""))).toEqual(["Map", "Garden", "Old", "Shell"]);
    expect(listByAgent.get()).toBe(true);
    await choose("Show conversations with", "All agents, by day");
    await waitFor(() => expect(headings().some((heading) => heading?.includes("Ada"))).toBe(false));
  });

  test("the focus goes on to the first new row, wherever it stands", async () => {
    const conversations = Array.from({ length: 60 }, (_, index) =>
      sampleConversation({
        agentId: index === 0 ? ada.id : bob.id,
        title: `Talk ${index}`,
        updatedAt: new Date(Date.now() - index * 60_000).toISOString(),
      }),
    );
    const [first, ...others] = conversations;
    await open(
      [
        first ?? sampleConversation({}),
        ...others.slice(0, -1),
        sampleConversation({ agentId: ada.id, title: "Old", updatedAt: "2026-01-01T10:00:00.000Z" }),
      ],
      [ada, bob],
    );
    await screen.findByRole("combobox", { name: "Show conversations with" });
    act(() => listByAgent.set(true));
    const more = screen.getByRole("button", { name: "Show more" });
    act(() => more.focus());
    fireEvent.click(more);
    await waitFor(() => expect([titles().length, document.activeElement?.textContent]).toEqual([60, expect.stringContaining("Old")]));
  });
});

describe("an answer under way", () => {
  test("is stopped from its row's menu, in which nothing moves while it is open", async () => {
    const conversation = sampleConversation({ agentId: ada.id, title: "Talk 1" });
    const { id } = conversation;
    const state = { ...readyState(), agents: [ada], conversations: [conversation], messages: new Map([[id, []]]) };
    const { server } = await openPage(<WholeChat />, state, `/chat?id=${id}`);
    const box = await screen.findByRole("textbox", { name: "Message Ada" });
    fireEvent.change(box, { target: { value: "hang" } });
    fireEvent.keyDown(box, { key: "Enter" });
    await screen.findByRole("button", { name: "Stop answering" });
    act(() => rows()[0]?.focus());
    key("ArrowRight");
    await screen.findByRole("menuitem", { name: "Stop answering" });
    act(() => stopTurn(id));
    await waitFor(() => expect(isAnswering(id)).toBe(false));
    expect(screen.getAllByRole("menuitem")[0]?.textContent).toBe("Stop answering");
    key("Escape");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    await waitFor(() => expect(server.state.messages.get(id)?.at(-1)?.status).toBe("stopped"));
    fireEvent.change(box, { target: { value: "hang" } });
    fireEvent.keyDown(box, { key: "Enter" });
    await waitFor(() => expect(isAnswering(id)).toBe(true));
    act(() => rows()[0]?.focus());
    key("ArrowRight");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Stop answering" }));
    await waitFor(() => expect(server.state.messages.get(id)?.at(-1)?.status).toBe("stopped"));
    act(() => rows()[0]?.focus());
    key("ArrowRight");
    await screen.findByRole("menuitem", { name: "Pin" });
    expect(screen.queryByRole("menuitem", { name: "Stop answering" })).toBeNull();
  });
});

describe("many", () => {
  test("come page by page at a press, each once, and the focus goes on to the first new one at the end", async () => {
    await open(talks(120));
    expect(titles()).toHaveLength(50);
    press("Show more");
    await waitFor(() => expect(titles()).toHaveLength(100));
    const more = screen.getByRole("button", { name: "Show more" });
    act(() => more.focus());
    fireEvent.click(more);
    await waitFor(() => expect([titles().length, focused()]).toEqual([120, "Talk 101"]));
    expect(titles()).toEqual(Array.from({ length: 120 }, (_, index) => `Talk ${index + 1}`));
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  test("of several agents are named by their agent, and filtered by it", async () => {
    await open([...talks(2), sampleConversation({ agentId: bob.id, title: "Shell" })], [ada, bob]);
    expect((await within(list()).findByRole("link", { name: /^Shell\s*with\s*Bob$/ })).getAttribute("title")).toBe("Shell · Bob");
    await choose("Show conversations with", "🐢 Bob");
    await waitFor(() => expect(titles()).toEqual(["Shell"]));
    await pick("Shell", "Delete");
    expect(await screen.findByText(/No conversation with Bob is listed/)).toBeDefined();
    expect(within(list()).getByRole("link", { name: "Start one" }).getAttribute("href")).toBe(`/chat?agent=${bob.id}`);
  });
});
