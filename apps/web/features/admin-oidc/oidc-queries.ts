"use client";

import { oidcSettings, oidcTestResult, type SaveOidc, type TestOidc } from "@mosaic/contracts/oidc";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const useOidcSettings = () =>
  useQuery({
    queryKey: queryKeys.admin("oidc"),
    queryFn: ({ signal }) => request(oidcSettings, "/api/admin/oidc", { signal }),
  });

export const useSaveOidc = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SaveOidc) => request(oidcSettings, "/api/admin/oidc", { method: "PUT", body }),
    onSuccess: (saved) => client.setQueryData(queryKeys.admin("oidc"), saved),
  });
};

export const useRemoveOidc = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => requestNothing("/api/admin/oidc", { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.admin("oidc") }),
  });
};

export const useTestOidc = () =>
  useMutation({ mutationFn: (body: TestOidc) => request(oidcTestResult, "/api/admin/oidc/test", { method: "POST", body }) });
