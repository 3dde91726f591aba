import type { TurnEvent } from "@mosaic/contracts/chat";
import { textParts } from "@mosaic/contracts/message-parts";
import { describe, expect, test } from "vitest";
import { turnAnnouncement } from "@/features/chat/announcement";
import {
  followedTurn,
  isActive,
  isStartingUp,
  mergeTurn,
  newTurn,
  reduceTurn,
  wasStoppedElsewhere,
  type Turn,
  type TurnAction,
} from "@/features/chat/turn";
import { sampleMessage } from "@/test/contract-state";

const question = sampleMessage({ role: "user", content: "Hello" });
const answer = sampleMessage({ content: "Hi there" });

const event = (value: TurnEvent): TurnAction => ({ type: "event", event: value });
const accepted = event({ type: "accepted", userMessage: question, answerId: answer.id, title: "Hello" });
const stage = (name: "installing" | "creating" | "waiting" | "ready", percent: number | null = null) =>
  event({ type: "stage", stage: name, percent, detail: null });
const slow = event({ type: "notice", code: "provider_slow", detail: "Slow" });
const read = { type: "tool_call", id: "1", name: "read" } as const;
const said = (text: string) => [...textParts(text)];
const delta = (text: string) => event({ type: "delta", text });
const done = event({ type: "done", message: answer, problem: null });
const endedAs = (error: typeof answer.error) => event({ type: "done", message: { ...answer, status: "stopped", error }, problem: null });
const problem = { code: "turn_in_progress" as const, title: "Busy", detail: null };

const after = (...actions: TurnAction[]): Turn => actions.reduce(reduceTurn, newTurn("Hello", 0));

describe("the turn's reducer", () => {
  test.each<[string, TurnAction[], Partial<Turn>]>([
    ["nothing has happened yet", [], { parts: said(""), end: null, userMessage: null }],
    [
      "it is stopped before the server has taken it, and then refused",
      [{ type: "stopped" }, { type: "refused", problem }],
      { end: { kind: "refused", problem }, answerId: null },
    ],
    [
      "it is stopped, and refused what was taken before",
      [accepted, { type: "stopped" }, { type: "refused", problem }],
      { end: { kind: "stopped" } },
    ],
    ["a turn is accepted", [accepted], { userMessage: question, answerId: answer.id }],
    [
      "stages come",
      [accepted, stage("installing", 40), stage("installing", 80), stage("creating")],
      { stage: { stage: "creating", percent: null, detail: null }, stagesSeen: ["installing", "creating"] },
    ],
    ["deltas come", [accepted, delta("Hi "), delta("there")], { parts: said("Hi there") }],
    ["the model is slow", [accepted, slow], { notice: "Slow" }],
    ["a slow model begins to speak", [accepted, slow, delta("Hi")], { notice: null, parts: said("Hi") }],
    [
      "the agent thinks, uses a tool and speaks",
      [
        accepted,
        event({ type: "reasoning", text: "Hm" }),
        event({ ...read, state: "running" }),
        event({ ...read, state: "completed", output: "42" }),
        delta("It is 42."),
      ],
      { parts: [{ type: "reasoning", text: "Hm" }, { ...read, state: "completed", output: "42" }, ...said("It is 42.")] },
    ],
    [
      "another process goes on with it and tells again what the log does not know",
      [accepted, delta("Hi "), delta("the"), event({ type: "resumed", parts: said("Hi ") }), delta("there")],
      { parts: said("Hi there") },
    ],
    ["it is done", [accepted, delta("Hi"), done], { parts: said("Hi there"), end: { kind: "done", message: answer } }],
    ["it is refused", [{ type: "refused", problem }], { end: { kind: "refused", problem } }],
    ["it is stopped", [accepted, slow, delta("Hi"), { type: "stopped" }], { parts: said("Hi"), notice: null, end: { kind: "stopped" } }],
    ["the connection is lost", [accepted, delta("Hi"), { type: "lost" }], { parts: said("Hi"), end: { kind: "lost" } }],
    [
      "deltas come after a stop",
      [accepted, delta("Hi"), { type: "stopped" }, delta(" there"), done],
      { parts: said("Hi"), end: { kind: "stopped" } },
    ],
    [
      "it is stopped before the server has taken it",
      [{ type: "stopped" }, accepted, delta("Hi")],
      { parts: said(""), answerId: answer.id, end: { kind: "stopped" } },
    ],
    [
      "the server did not hear the stop",
      [accepted, { type: "stopped" }, { type: "not-stopped", notice: "Press Stop again." }, delta("Hi")],
      { parts: said("Hi"), end: null },
    ],
    [
      "the connection is away",
      [accepted, delta("Hi"), { type: "connected", isConnected: false }],
      { parts: said("Hi"), isReconnecting: true },
    ],
    [
      "it is back",
      [accepted, { type: "connected", isConnected: false }, { type: "connected", isConnected: true }],
      { isReconnecting: false },
    ],
    ["it ends although the connection seemed away", [accepted, { type: "connected", isConnected: false }, done], { isReconnecting: false }],
  ])("knows what is so when %s", (_, actions, expected) => {
    expect(after(...actions)).toMatchObject(expected);
  });

  test("shows the start until the agent is ready or speaks", () => {
    expect(isStartingUp(after(accepted, stage("waiting")))).toBe(true);
    expect(isStartingUp(after(accepted, stage("waiting"), stage("ready")))).toBe(false);
    expect(isStartingUp(after(accepted, stage("waiting"), delta("Hi")))).toBe(false);
    expect(isStartingUp(after(accepted, stage("waiting"), { type: "stopped" }))).toBe(false);
  });

  test("of another page shows what was stored, and that once when it is read from its beginning", () => {
    const followed = followedTurn(question, sampleMessage({ id: answer.id, content: "Hi th", status: "streaming" }));
    expect(followed).toMatchObject({ content: "Hello", parts: said("Hi th"), answerId: answer.id, isBegunHere: false, end: null });
    expect([accepted, delta("Hi "), delta("there")].reduce(reduceTurn, followed).parts).toEqual(said("Hi there"));
  });

  test("knows where its answer was stopped", () => {
    const stopped = { ...answer, status: "stopped" as const };
    const elsewhere = after(accepted, event({ type: "done", message: stopped, problem: null }));
    expect(wasStoppedElsewhere(elsewhere, stopped)).toBe(true);
    expect(turnAnnouncement(elsewhere, "Ada")).toBe("Stopped in another window.");
    expect(wasStoppedElsewhere(after(accepted, { type: "stopped" }), stopped)).toBe(false);
    expect(wasStoppedElsewhere(after(accepted, done), answer)).toBe(false);
  });

  test("is active until it has ended", () => {
    expect(isActive(null)).toBe(false);
    expect(isActive(after(accepted))).toBe(true);
    expect(isActive(after(accepted, done))).toBe(false);
  });
});

test("a screen reader hears the place in the queue, each time that it changes", () => {
  const queued = (place: number) => event({ type: "stage", stage: "queued", percent: null, detail: null, place });
  const spoken = [3, 2, 1].map((place) => turnAnnouncement(after(accepted, queued(3), queued(place)), "Ada"));
  expect(spoken).toEqual([
    "Starting Ada: Waiting for its turn, 3rd.",
    "Starting Ada: Waiting for its turn, 2nd.",
    "Starting Ada: Waiting for its turn, next.",
  ]);
  expect(turnAnnouncement(after(accepted, queued(1), stage("creating")), "Ada")).toBe("Starting Ada: Creating.");
});

describe("the messages that are shown", () => {
  const texts = (stored: Parameters<typeof mergeTurn>[0], turn: Turn | null) =>
    mergeTurn(stored, turn).map(({ role, content, status }) => [role, content, status]);

  test("hold the message before the server has taken it", () => {
    expect(texts([], after())).toEqual([
      ["user", "Hello", "complete"],
      ["assistant", "", "streaming"],
    ]);
  });
  test("never show a message twice, however early the list is fetched again", () => {
    const stored = [question, { ...answer, content: "Hi", status: "streaming" as const }];
    expect(texts(stored, after(accepted, delta("Hi there")))).toEqual([
      ["user", "Hello", "complete"],
      ["assistant", "Hi there", "streaming"],
    ]);
  });
  test("are the server's once the turn has ended and it has stored the answer", () => {
    const stored = [question, { ...answer, content: "Hi th", status: "stopped" as const }];
    expect(texts(stored, after(accepted, delta("Hi"), { type: "stopped" }))).toEqual([
      ["user", "Hello", "complete"],
      ["assistant", "Hi th", "stopped"],
    ]);
  });
  test("show a stopped answer as stopped before the server has stored it", () => {
    const stored = [question, { ...answer, content: "", status: "streaming" as const }];
    expect(texts(stored, after(accepted, delta("Hi"), { type: "stopped" }))).toEqual([
      ["user", "Hello", "complete"],
      ["assistant", "Hi", "stopped"],
    ]);
  });
  test("are another path's once that is shown again", () => {
    const other = { ...question, id: "01990000-0000-7000-8000-0000000000aa", content: "Another" };
    expect(texts([other], after(accepted, done))).toEqual([["user", "Another", "complete"]]);
  });
  test("do not hold a message that was refused", () => {
    expect(texts([question], after({ type: "refused", problem }))).toEqual([["user", "Hello", "complete"]]);
  });
});

describe("what a screen reader hears", () => {
  test.each<[TurnAction[], string]>([
    [[accepted, stage("creating")], "Starting Ada: Creating."],
    [[accepted, delta("H")], "Ada is answering."],
    [[accepted, delta("Hello, "), delta("you")], "Ada is answering."],
    [[accepted, done], "Ada answered: Hi there"],
    [[accepted, { type: "stopped" }], "Stopped."],
    [[accepted, endedAs(null)], "Stopped in another window."],
    [[accepted, endedAs({ code: "conversation_deleted", title: "The conversation was deleted" })], "The conversation was deleted"],
    [[{ type: "refused", problem }], "Your message was not sent. Busy"],
  ])("does not change with each piece of the answer: %#", (actions, expected) => {
    expect(turnAnnouncement(after(...actions), "Ada")).toBe(expected);
  });
  test("is text without Markdown", () => {
    const message = { ...answer, content: "# Title\n\nSee **[docs](https://x.y)**:\n\n```ts\nlet a;\n```" };
    expect(turnAnnouncement(after(accepted, event({ type: "done", message, problem: null })), "Ada")).toBe(
      "Ada answered: Title\nSee docs:\nlet a;",
    );
  });
});
