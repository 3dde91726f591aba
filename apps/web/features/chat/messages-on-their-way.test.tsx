import type { WaitingMessage } from "@mosaic/contracts/chat";
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { turnTimes } from "@/features/chat/turn-store";
import { sampleMessage } from "@/test/contract-state";
import { lastAnswer, openChat, untilAnswered, type OpenChat } from "@/test/open-chat";

const usual = { ...turnTimes };

afterEach(() => void Object.assign(turnTimes, usual));

/** The network comes back, as the page hears it. */
const comeBack = (): boolean => window.dispatchEvent(new Event("online"));

const linesOf = ({ server }: OpenChat, method: string, end: string): unknown[] =>
  server.requests.filter(({ line }) => line.startsWith(method) && line.endsWith(end)).map(({ body }) => body);
const sent = (page: OpenChat): unknown[] => linesOf(page, "POST", "/messages");
const waitingOf = ({ server, id }: OpenChat): string[] => (server.state.waiting.get(id) ?? []).map(({ content }) => content);
const onItsWay = (id: string): string | null => window.sessionStorage.getItem(`mosaic.sending.${id}`);

describe("a message that had nothing to wait for", () => {
  /** The answer before it has ended on the server, and this page has not read its end. */
  const openUnread = async (): Promise<OpenChat> => {
    const page = await openChat({ paceMs: 2 });
    page.send("hang");
    await waitFor(() => expect(page.server.turnIds()).toHaveLength(1));
    await screen.findByRole("button", { name: "Stop answering" });
    page.server.refuseReaders(true);
    page.server.cutReaders();
    page.server.letGo();
    await waitFor(() => expect(page.server.state.messages.get(page.id)?.at(-1)?.status).toBe("complete"));
    return page;
  };

  test("is sent once the end of the answer was read here", async () => {
    const page = await openUnread();
    page.send("and then this");
    await waitFor(() => expect(linesOf(page, "POST", "/waiting")).toHaveLength(1));
    page.server.refuseReaders(false);
    comeBack();
    await waitFor(() => expect(sent(page)).toEqual([{ content: "hang" }, { content: "and then this" }]));
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: and then this"));
  });

  test("is given back if the end of the answer can't be read here", async () => {
    turnTimes.patienceMs = 50;
    const page = await openUnread();
    page.send("and then this");
    await waitFor(() => expect(page.box.value).toBe(""));
    await waitFor(() => expect(page.box.value).toBe("and then this"));
    expect(sent(page)).toEqual([{ content: "hang" }]);
    page.server.refuseReaders(false);
    await untilAnswered(page);
  });
});

describe("a message of which nobody knows whether it arrived", () => {
  test("is not said to be unsent before the server has said so: it had arrived", async () => {
    const page = await openChat();
    page.server.breakNetwork("POST messages", "lost");
    page.server.breakNetwork("GET :id", "away");
    page.send("Anybody there?");
    expect(await screen.findByText("Reconnecting…")).toBeDefined();
    expect(screen.queryByText(/^Not sent/)).toBeNull();
    page.server.breakNetwork("GET :id", null);
    comeBack();
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: Anybody there?"));
    expect(page.box.value).toBe("");
    expect(sent(page)).toHaveLength(1);
    expect(onItsWay(page.id)).toBeNull();
  });

  test("is given back once the server has said that it did not arrive", async () => {
    const page = await openChat();
    page.server.breakNetwork("POST messages", "away");
    page.server.breakNetwork("GET :id", "away");
    page.send("Anybody there?");
    await screen.findByText("Reconnecting…");
    expect(page.box.value).toBe("");
    page.server.breakNetwork("GET :id", null);
    comeBack();
    await screen.findByText("Not sent: No connection to Mosaic");
    expect(page.box.value).toBe("Anybody there?");
    expect(onItsWay(page.id)).toBeNull();
  });
});

describe("the text of a message on its way", () => {
  /** Nothing but the tab's storage stays. */
  const reload = async (...state: Parameters<typeof openChat>): Promise<OpenChat> => {
    cleanup();
    document.head.querySelector("base")?.remove();
    vi.resetModules();
    const fresh = await import("@/test/open-chat");
    return fresh.openChat(...state);
  };

  test("is in the field after a reload, unless the server has it", async () => {
    const page = await openChat();
    const gate = Promise.withResolvers<void>();
    onTestFinished(async () => {
      gate.resolve();
      await untilAnswered(page);
    });
    page.server.breakNetwork("POST messages", gate.promise);
    page.send("on a train");
    expect(page.box.value).toBe("");
    const left = onItsWay(page.id) ?? "";
    const back = await reload({}, undefined, page.id);
    await waitFor(() => expect(back.box.value).toBe("on a train"));
    expect(onItsWay(page.id)).toBeNull();
    // Once more, and this time it had arrived.
    window.sessionStorage.clear();
    window.sessionStorage.setItem(`mosaic.sending.${page.id}`, left);
    const arrived = [sampleMessage({ role: "user", content: "on a train" }), sampleMessage({ content: "Where to?" })];
    const again = await reload({}, arrived, page.id);
    await waitFor(() => expect(onItsWay(page.id)).toBeNull());
    expect(again.box.value).toBe("");
  });

  test("stays with the server as a draft until it has arrived", async () => {
    const id = crypto.randomUUID();
    const draft = { revision: crypto.randomUUID(), content: "on a train", updatedAt: new Date().toISOString() };
    const page = await openChat({ drafts: new Map([[id, draft]]) }, undefined, id);
    await waitFor(() => expect(page.box.value).toBe("on a train"));
    const gate = Promise.withResolvers<void>();
    page.server.breakNetwork("POST messages", gate.promise);
    fireEvent.keyDown(page.box, { key: "Enter" });
    await waitFor(() => expect(page.box.value).toBe(""));
    // What is asked for after it is answered before it would be dropped.
    page.server.say({ type: "conversation", conversationId: id });
    await waitFor(() => expect(linesOf(page, "GET", `/conversations/${id}`)).toHaveLength(2));
    expect(linesOf(page, "DELETE", `/${id}/draft`)).toHaveLength(0);
    gate.resolve();
    await waitFor(() => expect(page.server.state.drafts.size).toBe(0));
    await untilAnswered(page);
  });
});

test("what is typed while the first message begins a conversation stays with the conversation", async () => {
  const page = await openChat();
  page.go("/chat");
  const box = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message Ada" });
  const gate = Promise.withResolvers<void>();
  page.server.breakNetwork("POST conversations", gate.promise);
  fireEvent.change(box, { target: { value: "first" } });
  fireEvent.keyDown(box, { key: "Enter" });
  await waitFor(() => expect(box.value).toBe(""));
  fireEvent.change(box, { target: { value: "and second" } });
  gate.resolve();
  await waitFor(() => expect(page.server.state.conversations).toHaveLength(2));
  const created = page.server.state.conversations.find(({ id }) => id !== page.id)?.id ?? "";
  await waitFor(() => expect(window.location.search).toBe(`?id=${created}`));
  page.go(`/chat?id=${created}`);
  await waitFor(() => expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message Ada" }).value).toBe("and second"));
  page.go("/chat");
  await waitFor(() => expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message Ada" }).value).toBe(""));
  await untilAnswered({ id: created });
});

describe("a message that waits", () => {
  const openAnswering = async (): Promise<OpenChat> => {
    const page = await openChat({ paceMs: 5 });
    onTestFinished(async () => {
      page.server.letGo();
      await untilAnswered(page);
    });
    page.send("hang");
    await screen.findByRole("button", { name: "Stop answering" });
    await waitFor(() => expect(page.server.turnIds()).toHaveLength(1));
    return page;
  };
  const list = (): HTMLElement => screen.getByRole("region", { name: "Waiting messages" });

  test("waits once, though the word of it did not arrive here", async () => {
    const page = await openAnswering();
    page.server.breakNetwork("POST waiting", "lost");
    page.server.breakNetwork("GET :id", "away");
    page.send("later");
    expect(await within(await screen.findByRole("region", { name: "Waiting messages" })).findByText("Reconnecting…")).toBeDefined();
    expect(within(list()).getByText("later")).toBeDefined();
    page.server.breakNetwork("GET :id", null);
    comeBack();
    await screen.findByRole("button", { name: "Take back: later" });
    await waitFor(() => expect(screen.queryByText("Reconnecting…")).toBeNull());
    expect(within(list()).getAllByText("later")).toHaveLength(1);
    expect(waitingOf(page)).toEqual(["later"]);
    expect(page.box.value).toBe("");
  });

  test("is given back if it did not arrive", async () => {
    const page = await openAnswering();
    page.server.breakNetwork("POST waiting", "away");
    page.send("later");
    await waitFor(() => expect(page.box.value).toBe("later"));
    expect(waitingOf(page)).toEqual([]);
  });

  test("is in the field once it was taken back, though the word of it did not arrive here", async () => {
    const page = await openAnswering();
    page.send("later");
    page.server.breakNetwork("DELETE :id", "lost");
    fireEvent.click(await screen.findByRole("button", { name: "Take back: later" }));
    await waitFor(() => expect(page.box.value).toBe("later"));
    expect(waitingOf(page)).toEqual([]);
  });

  test("stays where it is if it can't be taken back, and what was said of that goes with the next try", async () => {
    const page = await openAnswering();
    page.send("one");
    await screen.findByRole("button", { name: "Take back: one" });
    page.send("two");
    page.server.breakNetwork("DELETE :id", "away");
    fireEvent.click(await screen.findByRole("button", { name: "Take back: two" }));
    await within(list()).findByRole("alert");
    expect(waitingOf(page)).toEqual(["one", "two"]);
    expect(page.box.value).toBe("");
    const gate = Promise.withResolvers<void>();
    page.server.breakNetwork("POST send", gate.promise);
    fireEvent.click(screen.getByRole("button", { name: "Send now: one" }));
    await waitFor(() => expect(within(list()).queryByRole("alert")).toBeNull());
    gate.resolve();
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: one"));
  });

  test("was refused: that is said until others wait", async () => {
    const page = await openAnswering();
    page.send("later");
    await screen.findByRole("button", { name: "Take back: later" });
    page.send("reject this");
    await within(list()).findByRole("alert");
    const added: WaitingMessage = {
      id: crypto.randomUUID(),
      content: "from the phone",
      isNext: false,
      createdAt: new Date().toISOString(),
    };
    page.server.state.waiting.get(page.id)?.push(added);
    act(() => page.server.say({ type: "conversation", conversationId: page.id }));
    await within(list()).findByText("from the phone");
    await waitFor(() => expect(within(list()).queryByRole("alert")).toBeNull());
  });
});
