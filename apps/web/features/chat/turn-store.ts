"use client";

import type { Conversation, ConversationWithMessages, Message, TurnEvent } from "@mosaic/contracts/chat";
import type { ChatFile } from "@mosaic/contracts/files";
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { askServer } from "@/features/chat/ask-server";
import { putAnswerIntoCache, putTitleIntoCache } from "@/features/chat/conversation-cache";
import { dropEdit } from "@/features/chat/message-edits";
import { dropSending, giveBack, keepSending, knownIds, type Sending } from "@/features/chat/sending";
import { followedTurn, isActive, newTurn, reduceTurn, type Turn, type TurnAction, type TurnProblem } from "@/features/chat/turn";
import { quietlyMs, readOn, sendAgain, sendTurn, untilRetry, type TurnListener } from "@/features/chat/turn-connection";
import { noteAnswerOver, useIsAnswerOver } from "@/lib/answers-over";
import { ApiProblem, describeError, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { m } from "@messages/chat";

interface Entry {
  readonly client: QueryClient;
  readonly conversationId: string;
  turn: Turn;
  /** Of the last event that the turn shows. */
  lastId: string | null;
  /** How the server said that it ended. */
  final: Message | null;
  /** Of the connection that is open. */
  connection: AbortController;
  /** Resolves when nothing more is read. */
  reading: Promise<void>;
  /** Resolves with the answer's id, or with `null` when there won't be an answer. */
  readonly accepted: PromiseWithResolvers<string | null>;
  reconnecting: ReturnType<typeof setTimeout> | null;
  /** Its message, kept until the server has taken it or it is back in the field. `null`: it is somewhere else, too. */
  readonly sending: Sending | null;
}

/**
 * The turns of this page, by conversation: those that it began, and those of other pages that it follows. They live outside of the components, so
 * that looking at another conversation loses nothing. The server runs them, whoever reads.
 */
const turns = new Map<string, Entry>();
const listeners = new Set<() => void>();
let notification: ReturnType<typeof setTimeout> | null = null;

/** Events come faster than a screen can show; one render for all of about two frames keeps long answers smooth. */
const eventIntervalMs = 32;
/** For longer than a start of Mosaic takes. */
const stopAttempts = 12;
export const turnTimes = {
  /** How long a message waits for the end of an answer that was stopped just now, or whose end was not read here yet. */
  patienceMs: 5_000,
};

const notStopped = m.mosaicDidNotHearThat;

const notify = (): void => {
  if (notification !== null) clearTimeout(notification);
  notification = null;
  for (const listener of listeners) listener();
};

const notifySoon = (): void => {
  notification ??= setTimeout(notify, eventIntervalMs);
};

const dispatch = (entry: Entry, action: TurnAction): void => {
  entry.turn = reduceTurn(entry.turn, action);
  if (turns.get(entry.conversationId) !== entry) return;
  if (action.type === "event" && action.event.type !== "done") notifySoon();
  else notify();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTurn = (conversationId: string | null): Turn | null =>
  useSyncExternalStore(
    subscribe,
    () => (conversationId === null ? null : (turns.get(conversationId)?.turn ?? null)),
    () => null,
  );

export const isAnswering = (conversationId: string): boolean => isActive(turns.get(conversationId)?.turn ?? null);

/** The answer that is on its way: one that this page reads, or as the list has it, one of another device. */
export const useIsAnswering = ({ id, answeringId }: Conversation): boolean => {
  const turn = useTurn(id);
  const isOver = useIsAnswerOver(answeringId);
  if (isActive(turn)) return true;
  return answeringId !== undefined && !isOver && turn?.answerId !== answeringId;
};

/** Whether this page reads this turn itself, so that it needs no news of it. One that is being sent has no id yet. */
export const isReadHere = (conversationId: string, answerId: string): boolean => {
  const turn = turns.get(conversationId)?.turn;
  return turn !== undefined && (turn.answerId === answerId || (turn.answerId === null && turn.end?.kind !== "refused"));
};

const open = (client: QueryClient, conversationId: string, turn: Turn, sending: Sending | null = null): Entry => {
  const entry: Entry = {
    client,
    conversationId,
    turn,
    lastId: null,
    final: null,
    connection: new AbortController(),
    reading: Promise.resolve(),
    accepted: Promise.withResolvers(),
    reconnecting: null,
    sending,
  };
  turns.set(conversationId, entry);
  notify();
  return entry;
};

/** Sends a message; everything that happens after shows in the turn. */
export const startTurn = async (
  client: QueryClient,
  conversationId: string,
  {
    content,
    files = [],
    withHistory = false,
    replacedId = null,
  }: { content: string; files?: readonly ChatFile[]; withHistory?: boolean; replacedId?: string | null },
): Promise<void> => {
  const fileIds = files.map(({ id }) => id);
  const body = {
    content,
    ...(withHistory ? { withHistory } : {}),
    ...(fileIds.length === 0 ? {} : { fileIds }),
    ...(replacedId === null ? {} : { replaces: replacedId }),
  };
  const turn = { ...newTurn(content, Date.now(), files), replacedId };
  // Another version of a message is kept by its editor.
  const sending = replacedId === null ? keepSending(conversationId, { content, files, known: knownIds(client, conversationId) }) : null;
  await begin(client, conversationId, turn, async (listener, signal) => sendTurn(conversationId, body, listener, signal), sending);
};

/** Asks for another answer to the same message. */
export const answerAgain = async (client: QueryClient, conversationId: string, question: Message, answerId: string): Promise<void> => {
  if (isAnswering(conversationId)) return;
  const turn = { ...newTurn(question.content, Date.now()), userMessage: question, replacedId: answerId };
  await begin(client, conversationId, turn, async (listener, signal) => sendAgain(answerId, listener, signal));
};

type Ask = (listener: TurnListener, signal: AbortSignal) => Promise<void>;

const begin = async (client: QueryClient, conversationId: string, turn: Turn, ask: Ask, sending: Sending | null = null): Promise<void> => {
  // One that has ended on the server may not have been read to its end here.
  if (isAnswering(conversationId)) await patientlyFor(turns.get(conversationId)?.reading);
  if (isAnswering(conversationId)) {
    if (sending !== null) notSent(conversationId, sending);
    return;
  }
  const before = turns.get(conversationId)?.reading;
  const entry = open(client, conversationId, turn, sending);
  entry.reading = (async () => {
    // One that was stopped here a moment ago may not have ended yet on the server.
    await patientlyFor(before);
    await run(entry, ask);
  })();
  await entry.reading;
};

const patientlyFor = async (reading: Promise<void> | undefined): Promise<void> =>
  Promise.race([reading, new Promise<void>((resolve) => setTimeout(resolve, turnTimes.patienceMs))]);

const notSent = (conversationId: string, sending: Sending): void => {
  giveBack(conversationId, sending);
  dropSending(conversationId, sending);
};

/** Follows the answer of another page, or of this one before it was loaded again. Does nothing for one that is read here. */
export const followTurn = (client: QueryClient, conversationId: string, stored: readonly Message[]): void => {
  // What the agent says by itself comes after them.
  const [question, answer] = stored.filter(({ agentEvent }) => agentEvent === undefined).slice(-2);
  if (question?.role !== "user" || answer?.status !== "streaming") return;
  const known = turns.get(conversationId)?.turn ?? null;
  if (isActive(known) || known?.answerId === answer.id) return;
  const entry = open(client, conversationId, {
    ...followedTurn(question, answer),
    refusal: known?.end?.kind === "refused" ? known.end.problem : null,
  });
  entry.accepted.resolve(answer.id);
  entry.reading = readToTheEnd(entry, answer.id);
};

/** Shows at once. When the server can't be reached the answer goes on, and says so. */
export const stopTurn = (conversationId: string): void => {
  const entry = turns.get(conversationId);
  if (!entry || !isActive(entry.turn)) return;
  dispatch(entry, { type: "stopped" });
  void stopEntry(entry);
};

/** Stops the answer that `useIsAnswering` speaks of. Resolves with what to say where nothing that is shown does, `null`: nothing. */
export const stopAnswer = async ({ id, answeringId }: Conversation): Promise<string | null> => {
  if (isAnswering(id) || answeringId === undefined) {
    stopTurn(id);
    return null;
  }
  if (!(await isStopped(answeringId, () => false))) return notStopped;
  noteAnswerOver(answeringId);
  return null;
};

const stopEntry = async (entry: Entry): Promise<void> => {
  const answerId = await entry.accepted.promise;
  if (answerId === null || (await isStopped(answerId, () => isFinal(entry)))) return;
  dispatch(entry, { type: "not-stopped", notice: notStopped });
  // What came meanwhile was not shown: it is read again.
  entry.connection.abort();
};

const isStopped = async (answerId: string, isOver: () => boolean): Promise<boolean> => {
  for (let attempt = 0; attempt < stopAttempts && !isOver(); attempt += 1) {
    const error = await requestNothing(`/api/turns/${answerId}/stop`, { method: "POST" }).catch((caught: unknown) => caught);
    if (error === undefined || (error instanceof ApiProblem && error.problem.status === 404)) return true;
    await untilRetry(attempt);
  }
  return false;
};

/** Takes away what is shown of a turn that has ended, or of a message that was not sent. */
export const dismissTurn = (conversationId: string): void => {
  const entry = turns.get(conversationId);
  if (entry && isActive(entry.turn)) {
    dispatch(entry, { type: "dismissed" });
    return;
  }
  turns.delete(conversationId);
  notify();
};

const run = async (entry: Entry, ask: Ask): Promise<void> => {
  const { client, conversationId } = entry;
  const before = (client.getQueryData<ConversationWithMessages>(queryKeys.conversation(conversationId))?.messages ?? []).map(
    ({ id }) => id,
  );
  const failure = await ask(listenerOf(entry), entry.connection.signal).catch((error: unknown) => error);
  if (entry.final !== null) return;
  if (entry.turn.answerId === null && !(await adopt(entry, failure, before))) {
    entry.accepted.resolve(null);
    dispatch(entry, { type: "refused", problem: toTurnProblem(failure) });
    if (entry.sending !== null) notSent(conversationId, entry.sending);
    // Another page's message may be in the way.
    await client.invalidateQueries({ queryKey: queryKeys.conversation(conversationId) });
    return;
  }
  if (entry.turn.answerId !== null) await readToTheEnd(entry, entry.turn.answerId);
};

const isAgain = ({ turn: { userMessage, replacedId } }: Entry): boolean => replacedId !== null && userMessage !== null;

/** The connection may break after the server took the message and before it could say so: sending it again would double it. */
const adopt = async (entry: Entry, failure: unknown, before: readonly string[]): Promise<boolean> => {
  if (failure instanceof ApiProblem) return false;
  sayDisconnected(entry);
  const found = await askServer(entry.client, entry.conversationId).catch(() => null);
  sayConnected(entry);
  const { messages } = found ?? { messages: [] };
  const index = messages.findLastIndex(
    ({ id, role, content }, place) =>
      role === "user" && content === entry.turn.content && !before.includes(isAgain(entry) ? (messages[place + 1]?.id ?? id) : id),
  );
  const [question, answer] = [messages[index], messages[index + 1]];
  if (index < 0 || question === undefined || answer === undefined) return false;
  // Its title is in what was fetched.
  take(entry, { type: "accepted", userMessage: question, answerId: answer.id, title: "" });
  return true;
};

/** Reads the turn until its end, through every loss of the connection. */
const readToTheEnd = async (entry: Entry, answerId: string): Promise<void> => {
  for (let failures = 0; entry.final === null; failures += 1) {
    entry.connection = new AbortController();
    const readBefore = entry.lastId;
    const error = await readOn(answerId, entry.lastId, listenerOf(entry), entry.connection.signal).catch((caught: unknown) => caught);
    if (isFinal(entry)) return;
    if (error instanceof ApiProblem && isHopeless(error)) {
      await giveUp(entry);
      return;
    }
    if (error instanceof ApiProblem && error.problem.status === 400) entry.lastId = null;
    if (entry.lastId !== readBefore) failures = 0;
    if (!entry.connection.signal.aborted) await untilRetry(failures);
  }
};

const isFinal = (entry: Entry): boolean => entry.final !== null;

/** Nobody is signed in any more, or the answer is not there: deleted, with its conversation. */
const isHopeless = ({ problem: { status } }: ApiProblem): boolean => status === 401 || status === 403 || status === 404;

const giveUp = async (entry: Entry): Promise<void> => {
  const { client, conversationId } = entry;
  dispatch(entry, { type: "lost" });
  await client.invalidateQueries({ queryKey: queryKeys.conversation(conversationId) });
  await client.invalidateQueries({ queryKey: queryKeys.conversations });
  await client.invalidateQueries({ queryKey: queryKeys.onboarding, exact: true });
};

/** Only what takes longer is spoken of. */
const sayDisconnected = (entry: Entry): void => {
  entry.reconnecting ??= setTimeout(() => dispatch(entry, { type: "connected", isConnected: false }), quietlyMs);
};

const sayConnected = (entry: Entry): void => {
  if (entry.reconnecting !== null) clearTimeout(entry.reconnecting);
  entry.reconnecting = null;
  if (entry.turn.isReconnecting) dispatch(entry, { type: "connected", isConnected: true });
};

const listenerOf = (entry: Entry): TurnListener => ({
  onConnected: (isConnected) => {
    if (isConnected) sayConnected(entry);
    else if (entry.turn.answerId !== null && isActive(entry.turn)) sayDisconnected(entry);
  },
  onEvent: (event, id) => {
    // What a turn that was stopped here does not show is read again should the server not stop it.
    if (entry.turn.end === null) entry.lastId = id ?? entry.lastId;
    take(entry, event);
  },
});

const take = (entry: Entry, event: TurnEvent): void => {
  const { client, conversationId } = entry;
  if (event.type === "done") {
    entry.final = event.message;
    noteAnswerOver(event.message.id);
    const { userMessage: question, replacedId } = entry.turn;
    putAnswerIntoCache(client, conversationId, { question, replacedId }, event.message);
    // Which version it is, the conversation says.
    if (replacedId !== null) void client.invalidateQueries({ queryKey: queryKeys.conversation(conversationId) });
  }
  dispatch(entry, { type: "event", event });
  if (event.type === "accepted") {
    entry.accepted.resolve(event.answerId);
    if (entry.sending !== null) dropSending(conversationId, entry.sending);
    if (entry.turn.replacedId !== null) dropEdit(entry.turn.replacedId);
    // What followed the message that is replaced is not shown any more.
    if (entry.turn.replacedId !== null) void client.invalidateQueries({ queryKey: queryKeys.conversation(conversationId) });
    if (event.title !== "") putTitleIntoCache(client, conversationId, { title: event.title, updatedAt: event.userMessage.createdAt });
  }
};

const toTurnProblem = (error: unknown): TurnProblem => {
  const { title, detail } = describeError(error);
  return { code: error instanceof ApiProblem ? error.problem.code : null, title, detail };
};
