"use client";

import { sharing } from "@mosaic/contracts/admin-sharing";
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
