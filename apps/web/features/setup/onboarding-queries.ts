"use client";

import { agent } from "@mosaic/contracts/agent";
import { healthReport } from "@mosaic/contracts/health";
import { sessionUser, type CreateBreakglass } from "@mosaic/contracts/identity";
import { onboardingOptions, onboardingStatus, type OnboardingAgents } from "@mosaic/contracts/onboarding";
import type { SaveOidc } from "@mosaic/contracts/oidc";
import { provider, type CreateProvider } from "@mosaic/contracts/provider";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { forgetSetupToken, setupTokenHeaders } from "@/features/entry/setup-token";
import { onboardingStatusQuery } from "@/features/entry/onboarding-status";
import { forgetDraft } from "@/features/setup/setup-draft";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

/** After a step the server says which is next. */
const useRefreshStatus = () => {
  const client = useQueryClient();
  return () => client.fetchQuery({ ...onboardingStatusQuery, staleTime: 0 });
};

export const useCreateBreakglass = () => {
  const client = useQueryClient();
  const refresh = useRefreshStatus();
  return useMutation({
    mutationFn: (body: CreateBreakglass) =>
      request(sessionUser, "/api/onboarding/breakglass", { method: "POST", body, headers: setupTokenHeaders() }),
    onSuccess: async (user) => {
      forgetSetupToken();
      client.setQueryData(queryKeys.me, user);
      await refresh();
    },
    onError: () => refresh(),
  });
};

export const useSkipOidc = () => {
  const refresh = useRefreshStatus();
  return useMutation({
    mutationFn: () => request(onboardingStatus, "/api/onboarding/oidc", { method: "POST", body: { skip: true } }),
    onSettled: () => refresh(),
  });
};

export const useOnboardingOidc = () => {
  const client = useQueryClient();
  const refresh = useRefreshStatus();
  return useMutation({
    mutationFn: (body: SaveOidc) => request(onboardingStatus, "/api/onboarding/oidc", { method: "POST", body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.admin("oidc") });
      await refresh();
    },
  });
};

export const useOnboardingProvider = () => {
  const client = useQueryClient();
  const refresh = useRefreshStatus();
  return useMutation({
    mutationFn: (body: CreateProvider) => request(provider, "/api/onboarding/provider", { method: "POST", body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.providers });
      await refresh();
    },
  });
};

export const useOnboardingAgent = () => {
  const client = useQueryClient();
  const refresh = useRefreshStatus();
  return useMutation({
    mutationFn: (body: OnboardingAgents) => request(agent, "/api/onboarding/agents", { method: "POST", body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.agents });
      await client.invalidateQueries({ queryKey: queryKeys.onboardingOptions });
      await client.invalidateQueries({ queryKey: queryKeys.admin("sharing") });
      await refresh();
    },
  });
};

export const useOnboardingOptions = () =>
  useQuery({
    queryKey: queryKeys.onboardingOptions,
    queryFn: ({ signal }) => request(onboardingOptions, "/api/onboarding/options", { signal }),
  });

export const useHealthReport = () =>
  useQuery({
    queryKey: queryKeys.onboardingHealth,
    queryFn: ({ signal }) => request(healthReport, "/api/onboarding/health", { signal }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

export const useCompleteOnboarding = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request(onboardingStatus, "/api/onboarding/complete", { method: "POST" }),
    onSuccess: (status) => {
      forgetDraft();
      client.setQueryData(queryKeys.onboarding, status);
    },
  });
};
