"use client";

import { createdInvite, inviteList, signUpSettings, type CreateInvite, type SignUpSettings } from "@mosaic/contracts/admin-users";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const useSignUpMode = () =>
  useQuery({
    queryKey: queryKeys.admin("sign-up"),
    queryFn: async ({ signal }) => (await request(signUpSettings, "/api/admin/sign-up", { signal })).mode,
  });

export const useSaveSignUpMode = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SignUpSettings) => request(signUpSettings, "/api/admin/sign-up", { method: "PUT", body }),
    onSuccess: (saved) => client.setQueryData(queryKeys.admin("sign-up"), saved.mode),
  });
};

export const useInvites = () =>
  useQuery({
    queryKey: queryKeys.admin("invites"),
    queryFn: async ({ signal }) => (await request(inviteList, "/api/admin/invites", { signal })).invites,
    staleTime: 0,
  });

export const useCreateInvite = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateInvite) => request(createdInvite, "/api/admin/invites", { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.admin("invites") }),
  });
};

export const useRevokeInvite = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/admin/invites/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.admin("invites") }),
  });
};
