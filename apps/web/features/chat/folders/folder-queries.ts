"use client";

import { folder, folderList, type CreateFolder, type Folder, type UpdateFolder } from "@mosaic/contracts/folders";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const useFolders = () =>
  useQuery({
    queryKey: queryKeys.folders,
    queryFn: async ({ signal }) => (await request(folderList, "/api/folders", { signal })).folders,
  });

/** `null`: none, or one that is not known here. */
export const useFolder = (id: string | null): Folder | null => useFolders().data?.find((one) => one.id === id) ?? null;

const useFolderMutation = <Input, Output>(mutationFn: (input: Input) => Promise<Output>) => {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: async () => client.invalidateQueries({ queryKey: queryKeys.folders }) });
};

export const useCreateFolder = () =>
  useFolderMutation(async (body: CreateFolder) => request(folder, "/api/folders", { method: "POST", body }));

export const useUpdateFolder = () =>
  useFolderMutation(async ({ id, ...body }: UpdateFolder & { readonly id: string }) =>
    request(folder, `/api/folders/${id}`, { method: "PATCH", body }),
  );

export const useDeleteFolder = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => requestNothing(`/api/folders/${id}`, { method: "DELETE" }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queryKeys.folders });
      await client.invalidateQueries({ queryKey: queryKeys.conversations });
      await client.invalidateQueries({ queryKey: ["conversation"] });
    },
  });
};
