"use client";

import { agentLogs, type CreateSystemAgent } from "@mosaic/contracts/admin-containers";
import { agent, agentList, type UpdateAgent } from "@mosaic/contracts/agent";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const path = "/api/admin/system-agents";
const key = queryKeys.systemAgents;

/** They start, die and come back by themselves, so the list looks again. */
export const useSystemAgents = (isWanted = true) =>
  useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await request(agentList, path, { signal })).agents,
    enabled: isWanted,
    // Two parts of a page ask one after the other.
    staleTime: 4_000,
    refetchInterval: ({ state }) => (state.data === undefined || state.data.length === 0 ? false : 5_000),
  });

const useRefresh = () => {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: key });
};

export const useSaveSystemAgent = () => {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (change: { id: null; body: CreateSystemAgent } | { id: string; body: UpdateAgent }) =>
      change.id === null
        ? request(agent, path, { method: "POST", body: change.body })
        : request(agent, `${path}/${change.id}`, { method: "PATCH", body: change.body }),
    onSuccess,
  });
};

export const useSwitchSystemAgent = () => {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: ({ id, to }: { id: string; to: "start" | "stop" | "restart" }) => request(agent, `${path}/${id}/${to}`, { method: "POST" }),
    onSettled,
  });
};

export const useDeleteSystemAgent = () => {
  const onSettled = useRefresh();
  return useMutation({ mutationFn: (id: string) => requestNothing(`${path}/${id}`, { method: "DELETE" }), onSettled });
};

export const useSystemAgentLogs = (id: string | null) =>
  useQuery({
    queryKey: queryKeys.admin("system-agent-logs", id),
    queryFn: ({ signal }) => request(agentLogs, `${path}/${id}/logs?lines=200`, { signal }),
    enabled: id !== null,
    staleTime: 0,
  });
