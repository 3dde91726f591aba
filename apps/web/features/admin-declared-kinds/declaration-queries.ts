"use client";

import { backendDeclaration, importedBackends, type BackendDeclaration } from "@mosaic/contracts/backend-declarations";
import { declaredBackendFile, type DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { downloadText } from "@/lib/download";
import { queryKeys } from "@/lib/query-keys";

const path = "/api/admin/declared-backends";

export const useDeclaration = (id: string) =>
  useQuery({
    queryKey: queryKeys.declaration(id),
    queryFn: ({ signal }) => request(backendDeclaration, `${path}/${encodeURIComponent(id)}`, { signal }),
    staleTime: 0,
    // An older one must not be what somebody begins to change.
    gcTime: 0,
  });

/** Everything that shows kinds of agents. */
const refresh = async (client: QueryClient): Promise<void> => {
  await client.invalidateQueries({ queryKey: queryKeys.admin("backends") });
  await client.invalidateQueries({ queryKey: queryKeys.backends });
};

export interface DeclarationChange {
  readonly declaration: DeclaredBackend;
  /** What it was made from. `null`: a new kind. */
  readonly from: Pick<BackendDeclaration, "declaration" | "version"> | null;
}

export const useSaveDeclaration = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ declaration, from }: DeclarationChange) =>
      from === null
        ? request(backendDeclaration, path, { method: "POST", body: { declaration } })
        : request(backendDeclaration, `${path}/${from.declaration.id}`, { method: "PUT", body: { declaration, version: from.version } }),
    onSuccess: () => refresh(client),
  });
};

export const useDeleteDeclaration = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`${path}/${id}`, { method: "DELETE" }),
    onSuccess: () => refresh(client),
  });
};

export const useImportKinds = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { readonly content: string; readonly isTrial: boolean }) =>
      request(importedBackends, `${path}/import`, { method: "POST", body }),
    onSuccess: (_done, { isTrial }) => (isTrial ? undefined : refresh(client)),
  });
};

/** Has the browser save all declarations as a file that an import takes. */
export const useExportKinds = () =>
  useMutation({
    mutationFn: async () => {
      const file = await request(declaredBackendFile, path);
      downloadText(`${JSON.stringify(file, null, 2)}\n`, { name: "mosaic-kinds-of-agents.json", type: "application/json" });
    },
  });
