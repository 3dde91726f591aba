"use client";

import { accessTokenList, createdAccessToken, type CreateAccessToken } from "@mosaic/contracts/access-token";
import { profile, sessionList, type ChangePassword, type UpdateProfile } from "@mosaic/contracts/account";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const useProfile = () =>
  useQuery({ queryKey: queryKeys.profile, queryFn: ({ signal }) => request(profile, "/api/profile", { signal }) });

export const useSaveProfile = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: UpdateProfile) => request(profile, "/api/profile", { method: "PATCH", body }),
    onSuccess: async (saved) => {
      client.setQueryData(queryKeys.profile, saved);
      await client.invalidateQueries({ queryKey: queryKeys.me });
    },
  });
};

export const useChangePassword = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ChangePassword) => requestNothing("/api/profile/password", { method: "POST", body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.sessions });
      await client.invalidateQueries({ queryKey: queryKeys.tokens });
    },
  });
};

export const useSessions = () =>
  useQuery({
    queryKey: queryKeys.sessions,
    queryFn: async ({ signal }) => (await request(sessionList, "/api/sessions", { signal })).sessions,
  });

/** `null`: all but this one. */
export const useEndSession = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) => requestNothing(id === null ? "/api/sessions" : `/api/sessions/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.sessions }),
  });
};

export const useTokens = () =>
  useQuery({
    queryKey: queryKeys.tokens,
    queryFn: async ({ signal }) => (await request(accessTokenList, "/api/tokens", { signal })).tokens,
  });

export const useCreateToken = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateAccessToken) => request(createdAccessToken, "/api/tokens", { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.tokens }),
  });
};

export const useRevokeToken = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/tokens/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.tokens }),
  });
};
