import type { StageProgress, StartStage } from "@mosaic/contracts/agent";
import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { textOfParts, textParts, withEvent, type MessagePart } from "@mosaic/contracts/message-parts";
import type { ChatFile } from "@mosaic/contracts/files";
import type { ProblemCode } from "@mosaic/contracts/problem";

export interface TurnProblem {
  readonly code: ProblemCode | null;
  readonly title: string;
  readonly detail: string | null;
}

export type TurnEnd =
  /** The server said how it ended. */
  | { readonly kind: "done"; readonly message: Message }
  /** The message was not taken; nothing of it is stored. */
  | { readonly kind: "refused"; readonly problem: TurnProblem }
  /** The user ended it here; the server stores what came until then. */
  | { readonly kind: "stopped" }
  /** It can't be followed any more, since there is no such answer or nobody is signed in; the server knows how the turn went. */
  | { readonly kind: "lost" };

export interface Turn {
  readonly content: string;
  /** Sent along, by this page. */
  readonly files: readonly ChatFile[];
  readonly startedAt: number;
  /** This page has asked for it; otherwise it follows what another page began. */
  readonly isBegunHere: boolean;
  readonly userMessage: Message | null;
  /** The message that it makes another version of: that and what follows it are not shown any more. */
  readonly replacedId: string | null;
  readonly answerId: string | null;
  /** Of the answer, so far. */
  readonly parts: readonly MessagePart[];
  readonly stage: StageProgress | null;
  readonly stagesSeen: readonly StartStage[];
  readonly notice: string | null;
  /** There was no connection for more than a moment: what becomes of the answer meanwhile is not known. */
  readonly isReconnecting: boolean;
  /** Why a message of this page was not sent, while another page's is being answered. */
  readonly refusal: TurnProblem | null;
  readonly end: TurnEnd | null;
}

export type TurnAction =
  | { readonly type: "event"; readonly event: TurnEvent }
  | { readonly type: "refused"; readonly problem: TurnProblem }
  | { readonly type: "stopped" }
  /** The server did not hear that it should stop: the turn goes on. */
  | { readonly type: "not-stopped"; readonly notice: string }
  | { readonly type: "connected"; readonly isConnected: boolean }
  | { readonly type: "dismissed" }
  | { readonly type: "lost" };

export const newTurn = (content: string, startedAt: number, files: readonly ChatFile[] = []): Turn => ({
  content,
  files,
  startedAt,
  isBegunHere: true,
  userMessage: null,
  replacedId: null,
  answerId: null,
  parts: [],
  stage: null,
  stagesSeen: [],
  notice: null,
  isReconnecting: false,
  refusal: null,
  end: null,
});

/** A turn that another page has begun, or this one before it was loaded again. */
export const followedTurn = (question: Message, answer: Message): Turn => ({
  ...newTurn(question.content, new Date(answer.createdAt).getTime()),
  isBegunHere: false,
  userMessage: question,
  answerId: answer.id,
  parts: answer.parts,
});

/** What is known of a turn after one more thing happened. Nothing changes a turn that has ended, however late it comes, but for a Stop that failed or that came before the server had the message. */
export const reduceTurn = (turn: Turn, action: TurnAction): Turn => {
  if (action.type === "not-stopped") return turn.end?.kind === "stopped" ? { ...turn, notice: action.notice, end: null } : turn;
  // Stopped before the server had taken the message: it is this answer that is to stop.
  if (turn.end?.kind === "stopped" && action.type === "event" && action.event.type === "accepted") {
    return { ...turn, userMessage: action.event.userMessage, answerId: action.event.answerId };
  }
  // It was not taken at all, and may be in the field again.
  if (turn.end?.kind === "stopped" && turn.answerId === null && action.type === "refused") {
    return { ...turn, end: { kind: "refused", problem: action.problem } };
  }
  if (turn.end !== null) return turn;
  switch (action.type) {
    case "event":
      return reduceEvent(turn, action.event);
    case "connected":
      return { ...turn, isReconnecting: !action.isConnected };
    case "dismissed":
      return { ...turn, refusal: null };
    case "refused":
      return { ...turn, end: { kind: "refused", problem: action.problem } };
    case "stopped":
    case "lost":
      return { ...turn, notice: null, isReconnecting: false, end: { kind: action.type } };
  }
};

const reduceEvent = (turn: Turn, event: TurnEvent): Turn => {
  switch (event.type) {
    case "accepted":
      // The first event of all: whatever was shown before comes again now.
      return { ...turn, userMessage: event.userMessage, answerId: event.answerId, parts: [] };
    case "stage": {
      const { type: _type, ...progress } = event;
      const { stage } = progress;
      const stagesSeen = turn.stagesSeen.includes(stage) ? turn.stagesSeen : [...turn.stagesSeen, stage];
      return { ...turn, stage: progress, stagesSeen };
    }
    case "notice":
      return { ...turn, notice: event.detail };
    case "delta":
    case "reasoning":
    case "tool_call":
    case "file":
      return { ...turn, parts: withEvent(turn.parts, event), notice: null };
    case "resumed":
      return { ...turn, parts: event.parts, notice: null };
    case "done":
      return { ...turn, parts: event.message.parts, notice: null, isReconnecting: false, end: { kind: "done", message: event.message } };
    default:
      return turn;
  }
};

export const isActive = (turn: Turn | null): boolean => turn !== null && turn.end === null;

export const isStartingUp = (turn: Turn): boolean =>
  turn.end === null && turn.parts.length === 0 && turn.stage !== null && turn.stage.stage !== "ready";

/** The messages to show: what is stored, with the turn of this page laid over it. */
export const mergeTurn = (stored: readonly Message[], turn: Turn | null): Message[] => {
  if (turn === null || turn.end?.kind === "refused") return [...stored];
  const answer = stored.find(({ id }) => id === turn.answerId);
  // Once the turn is over here, what the server stored is the truth.
  if (turn.end !== null && answer !== undefined && answer.status !== "streaming") return [...stored];
  // An answer that came to its end here is stored here too: without it, another path is shown now.
  if (turn.end?.kind === "done" && answer === undefined && stored.length > 0) return [...stored];
  const cut = stored.findIndex(({ id }) => id === turn.replacedId);
  const others = (cut < 0 ? stored : stored.slice(0, cut)).filter(({ id }) => id !== turn.answerId && id !== turn.userMessage?.id);
  // What the agent says by itself meanwhile comes after the answer: ids grow with time.
  const { answerId } = turn;
  const firstAfter = answerId === null ? -1 : others.findIndex(({ id, agentEvent }) => agentEvent !== undefined && id > answerId);
  const after = firstAfter < 0 ? others.length : firstAfter;
  const now = new Date(turn.startedAt).toISOString();
  const user: Message = turn.userMessage ?? {
    id: "sending",
    role: "user",
    content: turn.content,
    parts: [...textParts(turn.content), ...turn.files.map((file) => ({ type: "file" as const, ...file }))],
    usage: null,
    status: "complete",
    error: null,
    createdAt: now,
  };
  const answered = turn.end?.kind === "done" ? turn.end.message : liveAnswer(turn, now);
  return [...others.slice(0, after), user, answered, ...others.slice(after)];
};

const liveAnswer = (turn: Turn, now: string): Message => ({
  id: turn.answerId ?? "answering",
  role: "assistant",
  content: textOfParts(turn.parts),
  parts: [...turn.parts],
  usage: null,
  status: turn.end?.kind === "stopped" ? "stopped" : turn.end?.kind === "lost" ? "broken_off" : "streaming",
  error: null,
  createdAt: turn.userMessage?.createdAt ?? now,
});

/** What is said of a message that was not sent. */
export const refusalOf = (turn: Turn | null): TurnProblem | null =>
  turn?.end?.kind === "refused" ? turn.end.problem : (turn?.refusal ?? null);

/** Whether the answer was stopped, and not on this page. */
export const wasStoppedElsewhere = (turn: Turn | null, message: Message): boolean =>
  turn?.end?.kind === "done" && turn.end.message.id === message.id && message.status === "stopped";
