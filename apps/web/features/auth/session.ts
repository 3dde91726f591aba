"use client";

import { signInOptions, type SignUp } from "@mosaic/contracts/account";
import { sessionUser, type Credentials } from "@mosaic/contracts/identity";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { forgetPush } from "@/lib/device-push";
import { queryKeys } from "@/lib/query-keys";

const meQuery = queryOptions({
  queryKey: queryKeys.me,
  queryFn: ({ signal }) => request(sessionUser, "/api/auth/me", { signal }),
  staleTime: 300_000,
});

export const useMe = () => useQuery(meQuery);

export const useLogin = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) => request(sessionUser, "/api/auth/login", { method: "POST", body: credentials }),
    onSuccess: (user) => {
      // Another person may have been signed in here: nothing of theirs is shown, not even for a moment.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.onboarding[0] });
      client.setQueryData(queryKeys.me, user);
    },
  });
};

export const useSignInOptions = () =>
  useQuery({
    queryKey: queryKeys.signInOptions,
    queryFn: ({ signal }) => request(signInOptions, "/api/auth/options", { signal }),
    staleTime: 0,
  });

export const useSignUp = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SignUp) => request(sessionUser, "/api/auth/sign-up", { method: "POST", body }),
    onSuccess: (user) => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.onboarding[0] });
      client.setQueryData(queryKeys.me, user);
    },
  });
};

export const useLogout = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => requestNothing("/api/auth/logout", { method: "POST" }),
    onSuccess: async () => {
      await forgetPush();
      // A new document, so that nothing of this person stays in memory.
      client.clear();
      window.sessionStorage.clear();
      window.location.assign("/login");
    },
  });
};
