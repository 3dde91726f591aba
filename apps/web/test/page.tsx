import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import { AppRouterContext, type AppRouterInstance } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { PathnameContext, SearchParamsContext } from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import type { ReactNode } from "react";
import { onTestFinished } from "vitest";
import { FrameParts } from "@/app/frame-parts";
import { startContractServer, type ContractServer } from "@/test/contract-server";
import type { ContractState } from "@/test/contract-state";

export interface Page extends RenderResult {
  readonly server: ContractServer;
  readonly client: QueryClient;
  /** Shows the page at another address. */
  readonly go: (address: string) => void;
  /** Where the page asked the router to go, in order. */
  readonly visits: readonly string[];
}

/** A server that speaks the contract; the page's requests go there, as they would to the origin that served it. */
export const openServer = async (state: Partial<ContractState>): Promise<ContractServer> => {
  const server = await startContractServer({ paceMs: 1, ...state });
  onTestFinished(() => server.close());
  const base = document.createElement("base");
  base.href = `${server.url}/`;
  document.head.append(base);
  return server;
};

/** Shows a page at an address against a server in the given state. */
export const openPage = async (element: ReactNode, state: Partial<ContractState>, address = "/"): Promise<Page> => {
  const server = await openServer(state);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const visits: string[] = [];
  const visit = (path: string): void => void visits.push(path);
  const router: AppRouterInstance = {
    bfcacheId: "test",
    push: visit,
    replace: visit,
    back: () => undefined,
    forward: () => undefined,
    refresh: () => undefined,
    prefetch: () => undefined,
  };
  const at = (where: string): ReactNode => (
    <Frame router={router} url={new URL(where, "http://local")} client={client}>
      {element}
    </Frame>
  );
  const result = render(at(address));
  return { ...result, server, client, visits, go: (where) => result.rerender(at(where)) };
};

interface FrameProps {
  readonly router: AppRouterInstance;
  readonly url: URL;
  readonly client: QueryClient;
  readonly children: ReactNode;
}

function Frame({ router, url, client, children }: FrameProps) {
  return (
    <AppRouterContext.Provider value={router}>
      <PathnameContext.Provider value={url.pathname}>
        <SearchParamsContext.Provider value={url.searchParams}>
          <QueryClientProvider client={client}>
            <FrameParts>{children}</FrameParts>
          </QueryClientProvider>
        </SearchParamsContext.Provider>
      </PathnameContext.Provider>
    </AppRouterContext.Provider>
  );
}
