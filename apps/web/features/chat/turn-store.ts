"use client";

import {
  conversationWithMessages,
  turnEvent,
  type ConversationWithMessages,
  type Message,
  type SendMessage,
  type TurnEvent,
} from "@mosaic/contracts/chat";
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { restoreDraft } from "@/features/chat/drafts";
import { isActive, newTurn, reduceTurn, type Turn, type TurnAction, type TurnProblem } from "@/features/chat/turn";
import { ApiProblem, describeError, request, send } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { readEvents } from "@/lib/sse";

/**
 * The turns of this page, by conversation. They live outside of the components, so that looking at another conversation does
 * not stop an answer; leaving the page does.
 */
const turns = new Map<string, { turn: Turn; readonly controller: AbortController }>();
const listeners = new Set<() => void>();
let notification: ReturnType<typeof setTimeout> | null = null;

/** Deltas come faster than a screen can show; one render for all of about two frames keeps long answers smooth. */
const deltaIntervalMs = 32;

const notify = (): void => {
  if (notification !== null) clearTimeout(notification);
  notification = null;
  for (const listener of listeners) listener();
};

const notifySoon = (): void => {
  notification ??= setTimeout(notify, deltaIntervalMs);
};

const dispatch = (conversationId: string, controller: AbortController, action: TurnAction): void => {
  const entry = turns.get(conversationId);
  if (entry?.controller !== controller) return;
  entry.turn = reduceTurn(entry.turn, action);
  if (action.type === "event" && action.event.type === "delta") notifySoon();
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

/** Sends a message; everything that happens after shows in the turn. */
export const startTurn = async (client: QueryClient, conversationId: string, content: string, withHistory = false): Promise<void> => {
  if (isAnswering(conversationId)) return;
  const controller = new AbortController();
  turns.set(conversationId, { turn: newTurn(content, Date.now()), controller });
  notify();
  const before = cachedMessages(client, conversationId).map(({ id }) => id);
  const failure = await stream(conversationId, { content, ...(withHistory ? { withHistory } : {}) }, controller).catch(
    (error: unknown) => error,
  );
  const turn = turns.get(conversationId)?.turn;
  if (turn === undefined) return;
  if (turn.end === null) {
    const isTaken =
      turn.userMessage !== null || (!(failure instanceof ApiProblem) && (await isStored(client, conversationId, content, before)));
    dispatch(conversationId, controller, isTaken ? { type: "lost" } : { type: "refused", problem: toTurnProblem(failure) });
    if (!isTaken) restoreDraft(conversationId, content);
  }
  await settle(client, conversationId, controller);
};

const cachedMessages = (client: QueryClient, id: string): readonly Message[] =>
  client.getQueryData<ConversationWithMessages>(queryKeys.conversation(id))?.messages ?? [];

/** The connection may break after the server took the message and before it could say so: sending it again would double it. */
const isStored = async (client: QueryClient, id: string, content: string, before: readonly string[]): Promise<boolean> => {
  const known = await fetchConversation(client, id).catch(() => null);
  return known?.messages.some((message) => message.role === "user" && message.content === content && !before.includes(message.id)) ?? false;
};

/** Shows at once; the server hears it by the closed stream. */
export const stopTurn = (conversationId: string): void => {
  const entry = turns.get(conversationId);
  if (!entry || !isActive(entry.turn)) return;
  dispatch(conversationId, entry.controller, { type: "stopped" });
  entry.controller.abort();
};

/** Takes away what is shown of a turn that has ended. */
export const dismissTurn = (conversationId: string): void => {
  if (isAnswering(conversationId)) return;
  turns.delete(conversationId);
  notify();
};

const stream = async (conversationId: string, body: SendMessage, controller: AbortController): Promise<null> => {
  const response = await send(`/api/conversations/${conversationId}/messages`, {
    method: "POST",
    body,
    accept: "text/event-stream",
    signal: controller.signal,
  });
  const onEvent = (event: TurnEvent): void => dispatch(conversationId, controller, { type: "event", event });
  await readEvents(response, turnEvent, onEvent);
  return null;
};

const toTurnProblem = (error: unknown): TurnProblem => {
  const { title, detail } = describeError(error);
  return { code: error instanceof ApiProblem ? error.problem.code : null, title, detail };
};

const settleAttempts = 30;

/** Fetches the conversation until the server has stored how the turn ended. */
const settle = async (client: QueryClient, conversationId: string, controller: AbortController): Promise<void> => {
  const entry = turns.get(conversationId);
  if (entry?.turn.end?.kind === "done") putIntoCache(client, conversationId, entry.turn);
  for (let attempt = 0; attempt < settleAttempts && turns.get(conversationId)?.controller === controller; attempt += 1) {
    const known = await fetchConversation(client, conversationId).catch((error: unknown) =>
      error instanceof ApiProblem ? null : undefined,
    );
    if (known === null || known?.messages.every(({ status }) => status !== "streaming")) break;
    await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 250 * 1.4 ** attempt)));
  }
  await client.invalidateQueries({ queryKey: queryKeys.conversations });
};

const fetchConversation = (client: QueryClient, id: string): Promise<ConversationWithMessages> =>
  client.fetchQuery({
    queryKey: queryKeys.conversation(id),
    queryFn: ({ signal }) => request(conversationWithMessages, `/api/conversations/${id}`, { signal }),
    staleTime: 0,
    retry: false,
  });

const putIntoCache = (client: QueryClient, id: string, { end, userMessage }: Turn): void => {
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), (known) => {
    if (!known || end?.kind !== "done" || userMessage === null) return known;
    const others = known.messages.filter((message) => message.id !== userMessage.id && message.id !== end.message.id);
    return { ...known, messages: [...others, userMessage, end.message] };
  });
};
