"use client";

import { modelDefaults } from "@mosaic/contracts/model-defaults";
import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const useModelDefaults = () =>
  useQuery({
    queryKey: queryKeys.modelDefaults,
    queryFn: async ({ signal }) => (await request(modelDefaults, "/api/model-defaults", { signal })).defaults,
  });
