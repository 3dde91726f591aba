import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { ChatPage } from "@/features/chat/chat-page";
import { lastAnswer, openChat } from "@/test/open-chat";
import { openPage } from "@/test/page";
import { readyState, sampleAgent, sampleMessage } from "@/test/contract-state";
import { adminState } from "@/test/admin-contract";

describe("a conversation", () => {
  test("shows what was said before", async () => {
    await openChat();
    expect(within(screen.getByRole("article", { name: "You" })).getByText("Hello")).toBeDefined();
    expect(within(lastAnswer()).getByText("Hi")).toBeDefined();
    expect(document.title).toBe("A talk · Mosaic");
  });

  test("an answer that was cut says so, and goes on at a press", async () => {
    const error = { code: "answer_cut" as const, title: "The answer is cut off", detail: "The model reached its length limit." };
    const { server } = await openChat({}, [
      sampleMessage({ role: "user", content: "Tell me all" }),
      sampleMessage({ content: "The beginning of", status: "broken_off", error }),
    ]);
    expect(within(lastAnswer()).getByText("The answer is cut off")).toBeDefined();
    fireEvent.click(within(lastAnswer()).getByRole("button", { name: "Go on" }));
    await waitFor(() =>
      expect(server.requests.filter(({ line }) => line.endsWith("/messages")).map(({ body }) => body)).toEqual([
        { content: "Go on exactly where you stopped." },
      ]),
    );
  });

  test("brings what was said before at the press of a button", async () => {
    const before = Array.from({ length: 130 }, (_, index) => sampleMessage({ role: "user", content: `message ${index}` }));
    const { server, id, client } = await openChat({}, before);
    expect(screen.queryByText("message 29")).toBeNull();
    expect(screen.getByText("message 30").closest("li")?.getAttribute("aria-setsize")).toBe("-1");
    fireEvent.click(screen.getByRole("button", { name: "Earlier messages" }));
    await screen.findByText("Earlier messages are loaded.");
    expect(server.requests.filter(({ line }) => line === `GET /api/conversations/${id}/messages`)).toHaveLength(1);
    expect(client.getQueryData(["conversation", id])).toMatchObject({ messages: before, hasOlder: false });
    expect(screen.queryByRole("button", { name: "Earlier messages" })).toBeNull();
  });

  test("says when earlier messages do not come, and tries again", async () => {
    const before = Array.from({ length: 130 }, (_, index) => sampleMessage({ role: "user", content: `message ${index}` }));
    const { server, id } = await openChat({}, before);
    server.state.messages.set(id, before.slice(90));
    fireEvent.click(screen.getByRole("button", { name: "Earlier messages" }));
    await screen.findByText("They could not be loaded.");
    server.state.messages.set(id, before);
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Earlier messages are loaded.")).toBeDefined();
  });

  test("streams the answer to a message, and announces it once it is complete", async () => {
    const { send, box, server } = await openChat();
    send("What is up");
    expect(box.value).toBe("");
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: What is up"));
    await waitFor(() => expect(screen.getByText("Ada answered: You said: What is up")).toBeDefined());
    expect(server.requests.filter(({ line }) => line.endsWith("/messages")).map(({ body }) => body)).toEqual([{ content: "What is up" }]);
  });

  test("shows the stages of a start with a progress bar", async () => {
    const { send } = await openChat({ paceMs: 8 });
    send("start please");
    const card = await screen.findByRole("group", { name: /^Starting Ada/ });
    expect(within(card).getByRole("progressbar", { name: "Start-up progress" })).toBeDefined();
    await waitFor(() => expect(within(card).getByText("Creating").getAttribute("aria-current")).toBe("step"));
    await waitFor(() => expect(screen.queryByRole("group", { name: /^Starting Ada/ })).toBeNull());
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: start please"));
  });

  test("stops at once with the button, and the server hears it", async () => {
    const { send, server, id } = await openChat({ paceMs: 40 });
    send("long");
    await waitFor(() => expect(lastAnswer().textContent).toContain("Paragraph 2"));
    fireEvent.click(screen.getByRole("button", { name: "Stop answering" }));
    expect(screen.getByText("You stopped this answer.")).toBeDefined();
    expect(screen.getByRole("button", { name: "Send message" })).toBeDefined();
    await vi.waitFor(() => expect(server.stoppedTurns()).toBe(1));
    // The server says how far it came; the next message need not wait for anything.
    await waitFor(() => expect(server.state.messages.get(id)?.at(-1)?.status).toBe("stopped"));
    send("and now");
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: and now"));
  });

  test("stops with Escape", async () => {
    const { send } = await openChat();
    send("hang");
    await screen.findByRole("button", { name: "Stop answering" });
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(await screen.findByText("You stopped this answer.")).toBeDefined();
  });

  test("says that a slow model is slow, and goes on", async () => {
    const { send } = await openChat({ paceMs: 3 });
    send("slow");
    await waitFor(() => expect(lastAnswer().textContent).toContain("taking longer than usual"));
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: slow"));
    expect(lastAnswer().textContent).not.toContain("taking longer");
  });

  test("leads from a refused key to the providers", async () => {
    const { send } = await openChat();
    send("fail provider_key_refused");
    const link = await screen.findByRole("link", { name: "Settings → Providers" });
    expect(link.getAttribute("href")).toBe("/settings/providers");
    expect(lastAnswer().textContent).toContain("The provider refused the key");
  });

  test("leads from a system agent without a model to the admin pages", async () => {
    const { send } = await openChat({ agents: [], admin: adminState({ systemAgents: [sampleAgent({ status: "running" })] }) });
    send("fail model_not_assigned");
    const link = await screen.findByRole("link", { name: "Admin → System agents" });
    expect(link.getAttribute("href")).toBe("/admin/system-agents");
  });

  test("gives a message back that was not taken", async () => {
    const { send, box } = await openChat();
    send("reject this");
    await screen.findByText("Not sent: The agent is still answering in this conversation");
    expect(box.value).toBe("reject this");
  });

  test("has a message wait that is written during an answer, and shows its answer by itself", async () => {
    const { send, box, server } = await openChat({ paceMs: 5 });
    send("hang");
    await waitFor(() => expect(server.turnIds()).toHaveLength(1));
    send("and then this");
    const waiting = await screen.findByRole("region", { name: "Waiting messages" });
    expect(within(waiting).getByText("and then this")).toBeDefined();
    expect(within(waiting).getByText("Sent when this answer is finished")).toBeDefined();
    expect(box.value).toBe("");
    server.letGo();
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: and then this"));
    expect(screen.getByText("You said: hang")).toBeDefined();
    await waitFor(() => expect(screen.queryByRole("region", { name: "Waiting messages" })).toBeNull());
    expect(server.requests.filter(({ line }) => line.startsWith("POST") && line.endsWith("/messages"))).toHaveLength(1);
  });

  test("gives a waiting message back to edit, and sends one now in the place of the answer", async () => {
    const { send, box } = await openChat({ paceMs: 5 });
    send("hang");
    await screen.findByRole("button", { name: "Stop answering" });
    send("one");
    await screen.findByRole("button", { name: "Take back: one" });
    send("two");
    fireEvent.click(await screen.findByRole("button", { name: "Take back: one" }));
    await waitFor(() => expect(box.value).toBe("one"));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Take back: one" })).toBeNull());
    fireEvent.click(screen.getByRole("button", { name: "Send now: two" }));
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: two"));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Waiting messages" })).toBeNull());
  });

  test("says why messages still wait after an answer that was stopped, and why one can't", async () => {
    const { send, box } = await openChat({ paceMs: 5 });
    send("hang");
    await screen.findByRole("button", { name: "Stop answering" });
    send("later");
    await screen.findByText("Sent when this answer is finished");
    send("reject this");
    await waitFor(() => expect(box.value).toBe("reject this"));
    expect(within(screen.getByRole("region", { name: "Waiting messages" })).getByRole("alert").textContent).toBe("Too many attempts");
    fireEvent.click(screen.getByRole("button", { name: "Stop answering" }));
    await screen.findByText("Not sent, since the last answer did not finish");
  });

  test("goes on reading where a broken connection has left off: nothing is lost, nothing comes twice", async () => {
    const { send, server } = await openChat({ paceMs: 2 });
    send("break here, and go on for a while");
    await waitFor(() => expect(screen.getByText("Ada answered: You said: break here, and go on for a while")).toBeDefined());
    // It is laid out a moment after it was announced.
    expect(await within(lastAnswer()).findByText("You said: break here, and go on for a while")).toBeDefined();
    expect(server.requests.filter(({ line }) => line.endsWith("/messages"))).toHaveLength(1);
    expect(server.requests.some(({ line }) => line.endsWith("/events") && line.startsWith("GET /api/turns/"))).toBe(true);
  });

  test("tells that it reconnects once that takes a while, and goes on", async () => {
    const { send, server, id } = await openChat({ paceMs: 2 });
    send("hang");
    // Stop is there before the server has heard anything.
    await waitFor(() => expect(server.turnIds()).toHaveLength(1));
    server.refuseReaders(true);
    server.cutReaders();
    expect(await screen.findByText("Reconnecting…", {}, { timeout: 5_000 })).toBeDefined();
    // A screen reader hears it too.
    expect(screen.getByText("Reconnecting.")).toBeDefined();
    server.refuseReaders(false);
    window.dispatchEvent(new Event("online"));
    await waitFor(() => expect(screen.queryByText(/Reconnecting/)).toBeNull());
    fireEvent.click(screen.getByRole("button", { name: "Stop answering" }));
    await waitFor(() => expect(server.state.messages.get(id)?.at(-1)?.status).toBe("stopped"));
  });

  test("says so when the server can't hear the stop, and shows what came meanwhile", async () => {
    const { send, server } = await openChat({ paceMs: 5 });
    send("long");
    await waitFor(() => expect(lastAnswer().textContent).toContain("Paragraph 2"));
    server.refuseStops(true);
    fireEvent.click(screen.getByRole("button", { name: "Stop answering" }));
    expect(screen.getByText("You stopped this answer.")).toBeDefined();
    // Each attempt waits for the network, which comes back again and again here.
    const network = setInterval(() => window.dispatchEvent(new Event("online")), 20);
    await waitFor(() => expect(lastAnswer().textContent).toContain("Paragraph 60"), { timeout: 15_000 });
    clearInterval(network);
    expect(screen.queryByText("You stopped this answer.")).toBeNull();
    expect(server.stoppedTurns()).toBe(0);
  });

  test("costs its sender one request, and one to say that the answer was seen: everything comes on the one stream", async () => {
    const { send, server, id } = await openChat();
    const before = server.requests.length;
    send("What is up");
    await screen.findByText("Ada answered: You said: What is up");
    const [turnId] = server.turnIds();
    const event = { type: "conversation", conversationId: id } as const;
    server.say({ ...event, turn: { answerId: turnId ?? "", isOver: false } });
    server.say({ ...event, turn: { answerId: turnId ?? "", isOver: true } });
    // Something else that is heard of after them: it is fetched.
    server.say(event);
    const path = `/api/conversations/${id}`;
    await waitFor(() => expect(server.requests.slice(before).map(({ line }) => line)).toContain(`GET ${path}/waiting`));
    const lines = server.requests.slice(before).map(({ line }) => line);
    expect(lines.toSorted()).toEqual([
      "GET /api/conversations",
      `GET ${path}`,
      `GET ${path}/waiting`,
      `POST ${path}/messages`,
      `POST ${path}/read`,
    ]);
  });

  test("looks for no list when it hears of a turn in a conversation that is in none", async () => {
    const { server, id } = await openChat();
    const before = server.requests.length;
    const lines = (): string[] => server.requests.slice(before).map(({ line }) => line);
    server.say({ type: "conversation", conversationId: id, isListed: false, turn: { answerId: crypto.randomUUID(), isOver: true } });
    await waitFor(() => expect(lines()).toContain(`GET /api/conversations/${id}`));
    expect(lines()).not.toContain("GET /api/conversations");
  });

  test("keeps what came before the server died, and sends the message again on demand", async () => {
    const { send, server, box } = await openChat();
    send("die here");
    await screen.findByText("This answer broke off. What had arrived by then is kept.");
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: die"));
    expect(box.value).toBe("");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(server.requests.filter(({ line }) => line.endsWith("/messages"))).toHaveLength(2));
  });

  test("keeps a draft for itself", async () => {
    const { box, unmount, id } = await openChat();
    fireEvent.change(box, { target: { value: "half a thou" } });
    unmount();
    expect(window.sessionStorage.getItem(`mosaic.draft.${id}`)).toBe("half a thou");
  });

  test("does not send while a word is being composed, nor with Shift", async () => {
    const { box, server } = await openChat();
    fireEvent.change(box, { target: { value: "こん" } });
    fireEvent.keyDown(box, { key: "Enter", isComposing: true });
    fireEvent.keyDown(box, { key: "Enter", shiftKey: true });
    expect(server.requests.some(({ line }) => line.endsWith("/messages"))).toBe(false);
    expect(box.value).toBe("こん");
  });

  test("shows an answer that another window has asked for as it grows, and to its end", async () => {
    const { server, id } = await openChat({}, []);
    const other = server.begin(id, "From the phone");
    server.say({ type: "conversation", conversationId: id, turn: { answerId: other.answer.id, isOver: false } });
    await waitFor(() => expect(within(screen.getByRole("article", { name: "You" })).getByText("From the phone")).toBeDefined());
    await screen.findByRole("button", { name: "Stop answering" });
    other.say("Half ");
    await waitFor(() => expect(lastAnswer().textContent).toContain("Half"));
    other.say("and whole");
    await waitFor(() => expect(lastAnswer().textContent).toContain("Half and whole"));
    const fetched = server.requests.filter(({ line }) => line === `GET /api/conversations/${id}`).length;
    other.end("complete");
    await screen.findByText("Ada answered: Half and whole");
    expect(screen.getByRole("button", { name: "Send message" })).toBeDefined();
    expect(other.readings()).toBe(1);
    expect(server.requests.filter(({ line }) => line === `GET /api/conversations/${id}`)).toHaveLength(fetched);
  });

  test("shows an answer under way after the page was loaded again, and where it was stopped", async () => {
    const { server, id } = await openChat({}, []);
    const other = server.begin(id, "Before the reload");
    other.say("So far");
    // As a page that is loaded: the answer is in what it fetches first.
    server.say({ type: "conversation", conversationId: id });
    await waitFor(() => expect(lastAnswer().textContent).toContain("So far"));
    expect(lastAnswer().textContent?.match(/So far/g)).toHaveLength(1);
    other.end("stopped");
    expect(await screen.findByText("You stopped this answer in another window.")).toBeDefined();
  });

  test("keeps a message that was refused because another window was faster, and follows that one's answer", async () => {
    const { server, send, box, id } = await openChat({}, []);
    const other = server.begin(id, "From the phone");
    send("reject this");
    await screen.findByText("Not sent: The agent is still answering in this conversation");
    other.say("For the phone");
    await waitFor(() => expect(lastAnswer().textContent).toContain("For the phone"));
    expect(screen.getByText("Not sent: The agent is still answering in this conversation")).toBeDefined();
    expect(box.value).toBe("reject this");
    fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByText(/^Not sent/)).toBeNull();
    other.end("complete");
    await screen.findByText("Ada answered: For the phone");
  });
});

describe("an agent that waits for its restart", () => {
  const own = "Ada restarts when your answer is finished, to apply a change.";
  const event = { type: "agent", status: "running", stage: null, error: null } as const;

  test("is named below the field, in place of the hint, until it restarts", async () => {
    const agent = sampleAgent({ status: "running", isRestartPending: true });
    const { server } = await openChat({ agents: [agent] });
    expect((await screen.findByText(/Ada restarts/, { selector: "[role=status]" })).textContent).toBe(own);
    expect(screen.queryByText(/Agents can be wrong/)).toBeNull();
    server.say({ ...event, agentId: agent.id, status: "stopping" });
    await screen.findByText(/Agents can be wrong/);
    expect(screen.queryByText(/Ada restarts/)).toBeNull();
  });

  test("is heard of while the chat is open, and not forgotten by the end of a start under way", async () => {
    const agent = sampleAgent({ status: "starting" });
    const { server } = await openChat({ agents: [agent] });
    server.say({ ...event, agentId: agent.id, status: "starting", isRestartPending: true });
    await screen.findByText(/Ada restarts/);
    server.say({ ...event, agentId: agent.id });
    await screen.findByText("Running");
    expect(screen.getByText(/Ada restarts/).textContent).toBe(own);
  });

  test("may be answering another admin, if it is a system agent", async () => {
    const agent = sampleAgent({ status: "running" });
    const { server } = await openChat({ agents: [], admin: adminState({ systemAgents: [agent] }) });
    server.say({ ...event, agentId: agent.id, isRestartPending: true });
    expect((await screen.findByText(/Ada restarts/)).textContent).toContain("when the answer in flight is finished");
  });
});

test("a new chat suggests a first message and creates the conversation with it", async () => {
  const { server } = await openPage(<ChatPage />, readyState(), "/chat");
  fireEvent.click(await screen.findByRole("button", { name: /Get to know it/ }));
  const box = screen.getByRole("textbox", { name: "Message Ada" });
  expect((box as HTMLTextAreaElement).value).toContain("Who are you");
  fireEvent.click(screen.getByRole("button", { name: "Send message" }));
  await vi.waitFor(() => expect(server.state.messages.size).toBe(1));
  expect(window.location.search).toBe(`?id=${server.state.conversations[0]?.id}`);
});

test("without isolation the header says so", async () => {
  await openChat({ runtime: { kind: "process", isAvailable: true, isIsolated: false, detail: "Plain processes" } });
  expect(await screen.findByText("No isolation")).toBeDefined();
});

test("a conversation that does not exist leads to a new chat", async () => {
  await openPage(<ChatPage />, readyState(), `/chat?id=${crypto.randomUUID()}`);
  expect((await screen.findByRole("link", { name: "Start a new chat" })).getAttribute("href")).toBe("/chat");
});

describe("an agent that has lost its memory", () => {
  const forgetful = () => {
    const agent = sampleAgent({ status: "running", memoryLostAt: new Date(Date.now() + 60_000).toISOString() });
    return { agents: [agent] };
  };

  test("is told of in plain words, with what brings it back", async () => {
    await openChat(forgetful());
    const notice = await screen.findByText("This agent’s memory is gone");
    expect(notice.closest("[role=status]")?.textContent).toContain("mosaic restore");
  });

  test("is given the last messages with the next one, once one asks for it", async () => {
    const { send, server } = await openChat(forgetful());
    const button = await screen.findByRole("button", { name: "Give it the last messages again" });
    expect(button.getAttribute("aria-pressed")).toBe("false");
    fireEvent.click(button);
    expect(button.getAttribute("aria-pressed")).toBe("true");
    send("Do you remember?");
    await waitFor(() => expect(lastAnswer().textContent).toContain("You said: Do you remember?"));
    expect(server.requests.filter(({ line }) => line.endsWith("/messages")).map(({ body }) => body)).toEqual([
      { content: "Do you remember?", withHistory: true },
    ]);
  });
});
