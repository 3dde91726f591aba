"use client";

import { demoModelSettings, sharing, type DemoModelSettings } from "@mosaic/contracts/admin-sharing";
import type { SaveModelDefault } from "@mosaic/contracts/model-defaults";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const key = queryKeys.admin("sharing");

export const useSharing = () =>
  useQuery({ queryKey: key, queryFn: ({ signal }) => request(sharing, "/api/admin/sharing", { signal }), staleTime: 0 });

/** What is shared decides which models everybody sees, this admin too. */
const useTakeOver = () => {
  const client = useQueryClient();
  return async (saved: ReturnType<typeof sharing.parse>): Promise<void> => {
    client.setQueryData(key, saved);
    await Promise.all(
      [queryKeys.providers, queryKeys.modelDefaults, queryKeys.agents].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  };
};

const demoKey = queryKeys.admin("demo-model");

export const useDemoModel = () =>
  useQuery({
    queryKey: demoKey,
    queryFn: async ({ signal }) => (await request(demoModelSettings, "/api/admin/demo-model", { signal })).isOn,
    staleTime: 0,
  });

export const useSaveDemoModel = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: DemoModelSettings) => request(demoModelSettings, "/api/admin/demo-model", { method: "PUT", body }),
    onSuccess: async ({ isOn }) => {
      client.setQueryData(demoKey, isOn);
      await client.invalidateQueries({ queryKey: queryKeys.providers });
    },
  });
};

export const useShareProvider = () => {
  const onSuccess = useTakeOver();
  return useMutation({
    mutationFn: ({ id, isShared }: { id: string; isShared: boolean }) =>
      request(sharing, `/api/admin/sharing/providers/${id}`, { method: "PUT", body: { isShared } }),
    onSuccess,
  });
};

export const useSaveSharedDefault = () => {
  const onSuccess = useTakeOver();
  return useMutation({
    mutationFn: (body: SaveModelDefault) => request(sharing, "/api/admin/sharing/defaults", { method: "PUT", body }),
    onSuccess,
  });
};
