import { onboardingStatus, type OnboardingStatus } from "@mosaic/contracts/onboarding";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { setupTokenHeaders } from "@/features/entry/setup-token";
import { adoptLanguage } from "@/lib/language";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const onboardingStatusQuery = queryOptions({
  queryKey: queryKeys.onboarding,
  queryFn: async ({ signal, client }): Promise<OnboardingStatus> => {
    const status = await request(onboardingStatus, "/api/onboarding/status", { headers: setupTokenHeaders(), signal });
    // Who is signed in comes along, and is not asked for again.
    if (status.user !== null) {
      client.setQueryData(queryKeys.me, status.user);
      // Nothing is shown in the wrong language in the meantime.
      if (adoptLanguage(status.user.language)) await new Promise(() => undefined);
    }
    return status;
  },
  staleTime: 60_000,
});

export const useOnboardingStatus = () => useQuery(onboardingStatusQuery);
