"use client";

import { pushSettings, pushTest, type SavePushDevice } from "@mosaic/contracts/push";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const usePushSettings = () =>
  useQuery({ queryKey: queryKeys.push, queryFn: ({ signal }) => request(pushSettings, "/api/push", { signal }) });

export const useSavePushDevice = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SavePushDevice) => requestNothing("/api/push/device", { method: "PUT", body }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.push }),
  });
};

export const useRemovePushDevice = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/push/devices/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.push }),
  });
};

export const useTestPushDevice = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request(pushTest, `/api/push/devices/${id}/test`, { method: "POST" }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.push }),
  });
};
