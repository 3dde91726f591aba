"use client";

import { backendList, backendSettings, imageCheck, type UpdateBackend } from "@mosaic/contracts/admin-containers";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const key = queryKeys.admin("backends");

export const useBackendSettings = () =>
  useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await request(backendList, "/api/admin/backends", { signal })).backends,
  });

export const useUpdateBackend = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: UpdateBackend }) =>
      request(backendSettings, `/api/admin/backends/${id}`, { method: "PATCH", body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: key });
      await client.invalidateQueries({ queryKey: queryKeys.backends });
    },
  });
};

export const useImageCheck = () =>
  useMutation({ mutationFn: (id: string) => request(imageCheck, `/api/admin/backends/${id}/image-check`, { method: "POST" }) });
