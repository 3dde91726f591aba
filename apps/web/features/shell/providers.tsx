"use client";

import { QueryCache, QueryClient, QueryClientProvider, MutationCache } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { useState, type ReactNode } from "react";
import { ApiProblem, isProblem } from "@/lib/api-problem";
import { queryKeys } from "@/lib/query-keys";
import { useServiceWorker } from "@/features/shell/service-worker";

/** A session that ended shows in any answer; asking for the status again makes every gate lead to the right page. */
const createClient = (): QueryClient => {
  const onError = (error: unknown): void => {
    if (isProblem(error, "unauthenticated") || isProblem(error, "onboarding_incomplete")) {
      void client.invalidateQueries({ queryKey: queryKeys.onboarding, exact: true });
    }
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        networkMode: "always",
        retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.problem.status < 500),
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
};

export function AppProviders({ children }: { readonly children: ReactNode }) {
  const [client] = useState(createClient);
  useServiceWorker();
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </ThemeProvider>
  );
}
