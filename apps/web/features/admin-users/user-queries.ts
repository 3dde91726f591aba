"use client";

import { managedUser, managedUserPage, userDeletionSummary, type UpdateUser } from "@mosaic/contracts/admin-users";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toQuery } from "@/lib/url-filters";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

export const userPageSize = 25;

export interface UserFilters {
  readonly search: string;
  readonly role: string;
  readonly status: string;
  readonly page: number;
}

export const useUsers = (filters: UserFilters) =>
  useQuery({
    queryKey: queryKeys.admin("users", filters),
    queryFn: ({ signal }) => request(managedUserPage, `/api/admin/users?${toQuery({ ...filters, pageSize: userPageSize })}`, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

const useRefreshUsers = () => {
  const client = useQueryClient();
  return async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: queryKeys.admin("users") });
    // It may have been the admin's own account.
    await client.invalidateQueries({ queryKey: queryKeys.me });
  };
};

export const useUpdateUser = () => {
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: UpdateUser }) =>
      request(managedUser, `/api/admin/users/${id}`, { method: "PATCH", body }),
    onSettled: refresh,
  });
};

export const useUserLoss = (id: string | null) =>
  useQuery({
    queryKey: queryKeys.admin("user-loss", id),
    queryFn: ({ signal }) => request(userDeletionSummary, `/api/admin/users/${id}/deletion-summary`, { signal }),
    enabled: id !== null,
    staleTime: 0,
    gcTime: 0,
  });

export const useDeleteUser = () => {
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/admin/users/${id}`, { method: "DELETE" }),
    onSettled: refresh,
  });
};
