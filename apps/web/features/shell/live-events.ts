"use client";

import { agentList, type AgentList } from "@mosaic/contracts/agent";
import { ownerEvent, type OwnerEvent } from "@mosaic/contracts/chat";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { isProblem, send } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { readEvents } from "@/lib/sse";

/** Attempts that failed in a row. One failure is not shown yet: a restart of Mosaic is over in a moment. */
let failures = 0;
const listeners = new Set<() => void>();

const setFailures = (count: number): void => {
  failures = count;
  for (const listener of listeners) listener();
};

export const useHasLiveEvents = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => failures < 2,
    () => true,
  );

export const backoffMs = (failuresInARow: number): number => Math.min(15_000, 500 * 2 ** failuresInARow);

/** What an event changes in what this page already knows. */
export const applyOwnerEvent = (client: QueryClient, event: OwnerEvent): void => {
  if (event.type === "conversation") {
    void client.invalidateQueries({ queryKey: queryKeys.conversations });
    void client.invalidateQueries({ queryKey: queryKeys.conversation(event.conversationId) });
    return;
  }
  const { agentId, status, stage, error, isRestartPending = false } = event;
  const known = agentList.safeParse(client.getQueryData(queryKeys.agents));
  if (!known.success || !known.data.agents.some(({ id }) => id === agentId)) {
    void client.invalidateQueries({ queryKey: queryKeys.agents });
    return;
  }
  client.setQueryData<AgentList>(queryKeys.agents, {
    agents: known.data.agents.map((agent) => (agent.id === agentId ? { ...agent, status, stage, error, isRestartPending } : agent)),
  });
};

const listen = async (client: QueryClient, signal: AbortSignal): Promise<void> => {
  const response = await send("/api/events", { accept: "text/event-stream", signal });
  if (failures > 0) {
    // What happened in between was not heard.
    void client.invalidateQueries({ queryKey: queryKeys.agents });
    void client.invalidateQueries({ queryKey: queryKeys.conversations });
    void client.invalidateQueries({ queryKey: ["conversation"] });
  }
  setFailures(0);
  await readEvents(response, ownerEvent, (event) => applyOwnerEvent(client, event));
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
export const useLiveEvents = (): void => {
  const client = useQueryClient();
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const run = async (): Promise<void> => {
      while (!signal.aborted) {
        await listen(client, signal).catch((error: unknown) => {
          if (isProblem(error, "unauthenticated")) {
            void client.invalidateQueries({ queryKey: queryKeys.onboarding, exact: true });
          }
        });
        if (signal.aborted) return;
        setFailures(failures + 1);
        await wait(backoffMs(failures), signal);
      }
    };
    void run();
    return () => controller.abort();
  }, [client]);
};
