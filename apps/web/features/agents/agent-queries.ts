"use client";

import { agent, agentList, firstAgent, type AgentList, type CreateAgent, type UpdateAgent } from "@mosaic/contracts/agent";
import { agentDeletionSummary, agentLogs, backendChoices } from "@mosaic/contracts/admin-containers";
import { runtimeOption } from "@mosaic/contracts/onboarding";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { backendLabel } from "@/features/agents/agent-values";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const agentsQuery = queryOptions({
  queryKey: queryKeys.agents,
  queryFn: ({ signal }): Promise<AgentList> => request(agentList, "/api/agents", { signal }),
  select: (list) => list.agents,
});

export const useAgents = () => useQuery(agentsQuery);

/** How soon a page that waits for an admin sees that a model is set. */
const lookForModelMs = 15_000;

/** The first agent of somebody who has none is made by asking for it; the answer says why there is none, `null` once there is. */
export const useFirstAgent = (hasNone: boolean) => {
  const client = useQueryClient();
  return useQuery({
    queryKey: queryKeys.firstAgent,
    queryFn: async ({ signal }) => {
      const first = await request(firstAgent, "/api/agents/first", { method: "POST", signal });
      if (first.agent !== null) client.setQueryData<AgentList>(queryKeys.agents, { agents: [first.agent] });
      return first.reason;
    },
    enabled: hasNone,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data === "no_model" ? lookForModelMs : false),
  });
};

const currentRuntime = runtimeOption.pick({ kind: true, isIsolated: true, detail: true });

export const useRuntime = () =>
  useQuery({
    queryKey: queryKeys.runtime,
    queryFn: ({ signal }) => request(currentRuntime, "/api/runtime", { signal }),
    staleTime: 600_000,
  });

export const useSaveAgent = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string | null; body: CreateAgent | UpdateAgent }) =>
      id === null
        ? request(agent, "/api/agents", { method: "POST", body })
        : request(agent, `/api/agents/${id}`, { method: "PATCH", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.agents }),
  });
};

export const useSwitchAgent = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, to }: { id: string; to: "start" | "stop" | "restart" }) =>
      request(agent, `/api/agents/${id}/${to}`, { method: "POST" }),
    onSuccess: (changed) =>
      client.setQueryData<AgentList>(queryKeys.agents, (list) =>
        list ? { agents: list.agents.map((known) => (known.id === changed.id ? changed : known)) } : list,
      ),
  });
};

export const useAgentLogs = (id: string | null) =>
  useQuery({
    queryKey: queryKeys.agentLogs(id ?? ""),
    queryFn: ({ signal }) => request(agentLogs, `/api/agents/${id}/logs?lines=200`, { signal }),
    enabled: id !== null,
    staleTime: 0,
  });

/** What deleting an agent takes along. */
export const useAgentLoss = (id: string | null) =>
  useQuery({
    queryKey: queryKeys.agentLoss(id ?? ""),
    queryFn: ({ signal }) => request(agentDeletionSummary, `/api/agents/${id}/deletion-summary`, { signal }),
    enabled: id !== null,
    staleTime: 0,
  });

export const useBackends = () =>
  useQuery({
    queryKey: queryKeys.backends,
    queryFn: async ({ signal }) => (await request(backendChoices, "/api/backends", { signal })).backends,
    staleTime: 60_000,
  });

/** What people call a backend; its id until that is known. */
export const useBackendLabel = (): ((id: string) => string) => {
  const backends = useBackends().data ?? [];
  return (id) => backendLabel(backends, id);
};

export const useDeleteAgent = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/agents/${id}`, { method: "DELETE" }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.agents });
      await client.invalidateQueries({ queryKey: queryKeys.conversations });
    },
  });
};
