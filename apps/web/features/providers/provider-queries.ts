"use client";

import {
  provider,
  providerList,
  providerTestResult,
  type CreateProvider,
  type Provider,
  type ProviderList,
  type TestProvider,
  type UpdateProvider,
} from "@mosaic/contracts/provider";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

/** What a list of models is made of. */
export type ModelSource = Pick<Provider, "id" | "name" | "models">;

const providersQuery = queryOptions({
  queryKey: queryKeys.providers,
  queryFn: ({ signal }) => request(providerList, "/api/providers", { signal }),
});

/** One's own. */
/** Whether it is offered at all: an admin may have switched it off. */
export const useDemoOffered = () => useQuery({ ...providersQuery, select: (list) => list.isDemoOffered }).data ?? true;

export const useProviders = () => useQuery({ ...providersQuery, select: (list) => list.providers });

export const useSharedProviders = () => useQuery({ ...providersQuery, select: (list) => list.shared });

/** Those that a model can be chosen from: one's own that are switched on, and what admins share. */
export const useModelSources = () => useQuery({ ...providersQuery, select: toModelSources });

const toModelSources = ({ providers, shared }: ProviderList): ModelSource[] => {
  const own = providers.filter(({ isActive }) => isActive);
  const others = shared.filter(({ id }) => !providers.some((provider) => provider.id === id));
  return [...own, ...others.map((provider) => ({ ...provider, name: `${provider.name} (shared)` }))];
};

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
