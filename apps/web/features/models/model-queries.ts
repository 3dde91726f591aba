"use client";

import { modelDefaults, type SaveModelDefault } from "@mosaic/contracts/model-defaults";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const useSaveModelDefault = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SaveModelDefault) => request(modelDefaults, "/api/model-defaults", { method: "PUT", body }),
    onSuccess: async (saved) => {
      client.setQueryData(queryKeys.modelDefaults, saved.defaults);
      await client.invalidateQueries({ queryKey: queryKeys.agents });
    },
  });
};
