"use client";

import { providerList, type Provider, type ProviderList } from "@mosaic/contracts/provider";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

/** What a list of models is made of. */
export type ModelSource = Pick<Provider, "id" | "name" | "models">;

const providersQuery = queryOptions({
  queryKey: queryKeys.providers,
  queryFn: ({ signal }) => request(providerList, "/api/providers", { signal }),
});

/** Whether it is offered at all: an admin may have switched it off. */
export const useDemoOffered = () => useQuery({ ...providersQuery, select: (list) => list.isDemoOffered }).data ?? true;

/** What agents reach the servers of this machine by; `null` while it is not known. */
export const useMachineHost = () => useQuery({ ...providersQuery, select: (list) => list.machineHost }).data ?? null;

/** One's own. */
export const useProviders = () => useQuery({ ...providersQuery, select: (list) => list.providers });

export const useSharedProviders = () => useQuery({ ...providersQuery, select: (list) => list.shared });

/** Those that a model can be chosen from: one's own that are switched on, and what admins share. */
export const useModelSources = () => useQuery({ ...providersQuery, select: toModelSources });

const toModelSources = ({ providers, shared }: ProviderList): ModelSource[] => {
  const own = providers.filter(({ isActive }) => isActive);
  const others = shared.filter(({ id }) => !providers.some((provider) => provider.id === id));
  return [...own, ...others.map((provider) => ({ ...provider, name: `${provider.name} (shared)` }))];
};
