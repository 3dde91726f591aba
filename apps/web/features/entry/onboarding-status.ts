import { onboardingStatus, type OnboardingStatus } from "@mosaic/contracts/onboarding";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { setupTokenHeaders } from "@/features/entry/setup-token";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const onboardingStatusQuery = queryOptions({
  queryKey: queryKeys.onboarding,
  queryFn: ({ signal }): Promise<OnboardingStatus> =>
    request(onboardingStatus, "/api/onboarding/status", { headers: setupTokenHeaders(), signal }),
  staleTime: 60_000,
});

export const useOnboardingStatus = () => useQuery(onboardingStatusQuery);
