"use client";

import { agent, agentList, type Agent, type AgentList } from "@mosaic/contracts/agent";
import { ownerEvent, type OwnerEvent } from "@mosaic/contracts/chat";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { z } from "zod";
import { noteAnswerOver } from "@/lib/answers-over";
import { isProblem, requestNothing, send } from "@/lib/api";
import { tellDraftNews } from "@/lib/draft-news";
import { queryKeys } from "@/lib/query-keys";
import { readEvents } from "@/lib/sse";
import { putUnread } from "@/lib/unread";
import { newListeners } from "@/lib/listeners";

/** Attempts that failed in a row. One failure is not shown yet: a restart of Mosaic is over in a moment. */
let failures = 0;
const listeners = newListeners();

const setFailures = (count: number): void => {
  failures = count;
  listeners.notify();
};

export const useHasLiveEvents = (): boolean =>
  useSyncExternalStore(
    listeners.subscribe,
    () => failures < 2,
    () => true,
  );

export const backoffMs = (failuresInARow: number): number => Math.min(15_000, 500 * 2 ** failuresInARow);

type AgentEvent = Extract<OwnerEvent, { type: "agent" }>;

/** Whether this page itself reads the turn, and so needs no word of it from here. */
export type IsReadHere = (conversationId: string, answerId: string) => boolean;

/** What an event changes in what this page already knows. */
const applyOwnerEvent = (client: QueryClient, event: OwnerEvent, isReadHere: IsReadHere): void => {
  if (event.type === "conversation") {
    const { conversationId, turn } = event;
    if (event.isRead) {
      putUnread(client, conversationId, false);
      return;
    }
    if (event.draft) {
      tellDraftNews(conversationId, event.draft.revision);
      return;
    }
    if (turn?.isOver) noteAnswerOver(turn.answerId);
    // Whoever reads a turn itself has everything before this.
    if (turn && isReadHere(conversationId, turn.answerId)) return;
    if (event.isListed !== false) void client.invalidateQueries({ queryKey: queryKeys.conversations });
    void client.invalidateQueries({ queryKey: queryKeys.conversation(conversationId) });
    return;
  }
  if (event.type === "folders") {
    void client.invalidateQueries({ queryKey: queryKeys.folders });
    return;
  }
  if (event.type === "agents") {
    for (const queryKey of [queryKeys.agents, queryKeys.systemAgents]) void client.invalidateQueries({ queryKey, exact: true });
    return;
  }
  // The conversation's own event comes along.
  if (event.type === "agent_spoke") return;
  if (event.type === "push_due") {
    const isInView = document.visibilityState === "visible";
    // If this does not arrive, a device is told of what is seen here.
    if (isInView) void requestNothing("/api/push/seen", { method: "POST", body: { messageId: event.messageId } }).catch(() => undefined);
    return;
  }
  if (event.isDeleted) {
    forgetAgent(client);
    return;
  }
  const has = (agents: readonly Agent[]): boolean => agents.some(({ id }) => id === event.agentId);
  const apply = (agents: readonly Agent[]): Agent[] =>
    agents.map((known) => (known.id === event.agentId ? afterEvent(known, event) : known));
  const own = agentList.safeParse(client.getQueryData(queryKeys.agents)).data?.agents ?? [];
  const system = z.array(agent).safeParse(client.getQueryData(queryKeys.systemAgents)).data ?? [];
  if (has(own)) client.setQueryData<AgentList>(queryKeys.agents, { agents: apply(own) });
  else if (has(system)) client.setQueryData<Agent[]>(queryKeys.systemAgents, apply(system));
  else void client.invalidateQueries({ queryKey: queryKeys.agents });
};

/** Its conversations went with it. */
const forgetAgent = (client: QueryClient): void => {
  for (const key of [queryKeys.agents, queryKeys.systemAgents, queryKeys.conversations, ["conversation"]]) {
    void client.invalidateQueries({ queryKey: key });
  }
};

/** A change of status ends the waiting for a restart, but for a start under way: what came in during it is still to be taken over. */
const afterEvent = (known: Agent, { status, stage, error, isRestartPending, memoryLostAt }: AgentEvent): Agent => {
  const isSameStart = known.status === "starting" && (status === "starting" || status === "running");
  return {
    ...known,
    status,
    stage,
    error,
    isRestartPending: isRestartPending ?? (isSameStart && known.isRestartPending),
    ...(memoryLostAt === undefined ? {} : { memoryLostAt }),
  };
};

/** Aborts when the page comes into view or goes out of it. */
const otherView = (signal: AbortSignal): AbortSignal => {
  const controller = new AbortController();
  document.addEventListener("visibilitychange", () => controller.abort(), { once: true, signal });
  return controller.signal;
};

/** Whether the page is in view is told with the stream: what its owner sees is pushed to no device. `isBack`: there was another stream just now. */
const listen = async (client: QueryClient, isReadHere: IsReadHere, isBack: boolean, signal: AbortSignal): Promise<void> => {
  const { visibilityState } = document;
  const headers = { "x-mosaic-view": visibilityState };
  const response = await send("/api/events", { accept: "text/event-stream", headers, signal });
  if (failures > 0 || (isBack && visibilityState === "visible")) {
    // What happened in between was not heard.
    void client.invalidateQueries({ queryKey: queryKeys.agents });
    void client.invalidateQueries({ queryKey: queryKeys.conversations });
    void client.invalidateQueries({ queryKey: queryKeys.folders });
    void client.invalidateQueries({ queryKey: ["conversation"] });
  }
  setFailures(0);
  await readEvents(response, ownerEvent, (event) => applyOwnerEvent(client, event, isReadHere));
};

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", finish, { once: true });
    window.addEventListener("online", finish, { once: true });
  });

/** Keeps one event stream open as long as the page is. */
export const useLiveEvents = (isReadHere: IsReadHere): void => {
  const client = useQueryClient();
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const run = async (): Promise<void> => {
      let isBack = false;
      while (!signal.aborted) {
        const view = otherView(signal);
        await listen(client, isReadHere, isBack, AbortSignal.any([signal, view])).catch((error: unknown) => {
          if (isProblem(error, "unauthenticated")) {
            void client.invalidateQueries({ queryKey: queryKeys.onboarding, exact: true });
          }
        });
        if (signal.aborted) return;
        isBack = view.aborted;
        if (isBack) continue;
        setFailures(failures + 1);
        await wait(backoffMs(failures), signal);
      }
    };
    void run();
    return () => controller.abort();
  }, [client, isReadHere]);
};
