"use client";

import { provider, providerTestResult, type CreateProvider, type TestProvider, type UpdateProvider } from "@mosaic/contracts/provider";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const testConnection = (path: string, body: TestProvider, signal: AbortSignal, headers: Record<string, string> = {}) =>
  request(providerTestResult, path, { method: "POST", body, headers, signal });

export const useSaveProvider = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string | null; body: CreateProvider | UpdateProvider }) =>
      id === null
        ? request(provider, "/api/providers", { method: "POST", body })
        : request(provider, `/api/providers/${id}`, { method: "PATCH", body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.providers });
      await client.invalidateQueries({ queryKey: queryKeys.modelDefaults });
      await client.invalidateQueries({ queryKey: queryKeys.agents });
    },
  });
};

export const useDeleteProvider = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/providers/${id}`, { method: "DELETE" }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.providers });
      await client.invalidateQueries({ queryKey: queryKeys.agents });
    },
  });
};
