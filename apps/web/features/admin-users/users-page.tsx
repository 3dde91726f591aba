"use client";

import type { ManagedUser } from "@mosaic/contracts/admin-users";
import { UserPlus, UsersRound } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { DataTable, type DataColumn } from "@/components/ui/data-table";
import { Link } from "@/components/ui/link";
import { Pagination } from "@/components/ui/pagination";
import { SearchInput } from "@/components/ui/search-input";
import { Select } from "@/components/ui/select";
import { useUrlFilters, type UrlFilters } from "@/lib/url-filters";
import { UserChange, type PendingChange } from "@/features/admin-users/user-change";
import { LastSeen, UserActions, UserName, UserState } from "@/features/admin-users/user-cells";
import { userPageSize, useUsers } from "@/features/admin-users/user-queries";
import { useMe } from "@/features/auth/session";
import { Loaded } from "@/components/page/load-state";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";

const filterNames = ["search", "role", "status"];

export function UsersPage() {
  const filters = useUrlFilters(filterNames);
  const users = useUsers({ search: filters.get("search"), role: filters.get("role"), status: filters.get("status"), page: filters.page });
  const [pending, setPending] = useState<PendingChange | null>(null);
  return (
    <SettingsSection
      title="Users"
      description="Everybody with an account. You manage accounts here; what people talk about with their agents stays theirs."
      actions={
        <Button asChild>
          <Link href="/admin/invites">
            <UserPlus aria-hidden />
            Invite people
          </Link>
        </Button>
      }
    >
      <UserFilterBar filters={filters} />
      <Loaded query={users}>
        {({ users: rows, total }) =>
          rows.length === 0 ? (
            <NobodyFound filters={filters} />
          ) : (
            <div className="grid gap-4">
              <UserTable rows={rows} isStale={users.isPlaceholderData} onChange={setPending} />
              {total <= 1 && !filters.isFiltered ? <OnlyYou /> : null}
              <Pagination page={filters.page} pageSize={userPageSize} total={total} noun="users" onPage={filters.setPage} />
            </div>
          )
        }
      </Loaded>
      <UserChange pending={pending} onClose={() => setPending(null)} />
    </SettingsSection>
  );
}

interface UserTableProps {
  readonly rows: readonly ManagedUser[];
  readonly isStale: boolean;
  readonly onChange: (change: PendingChange) => void;
}

function UserTable({ rows, isStale, onChange }: UserTableProps) {
  const myId = useMe().data?.id ?? null;
  const columns: readonly DataColumn<ManagedUser>[] = [
    { id: "user", header: "User", isMain: true, renderCell: (user) => <UserName user={user} isSelf={user.id === myId} /> },
    { id: "role", header: "Role", renderCell: (user) => (user.role === "admin" ? "Admin" : "Member") },
    { id: "state", header: "Status", renderCell: (user) => <UserState user={user} /> },
    { id: "agents", header: "Agents", className: "tabular-nums", renderCell: (user) => user.agentCount },
    { id: "seen", header: "Last seen", className: "lg:whitespace-nowrap", renderCell: (user) => <LastSeen user={user} /> },
    {
      id: "actions",
      header: "Actions",
      isActions: true,
      renderCell: (user) => <UserActions user={user} isSelf={user.id === myId} onChange={onChange} />,
    },
  ];
  return <DataTable caption="Users" columns={columns} rows={rows} rowKey={({ id }) => id} isStale={isStale} />;
}

function UserFilterBar({ filters }: { readonly filters: UrlFilters }) {
  return (
    <div role="search" aria-label="Users" className="flex flex-wrap gap-2.5">
      <SearchInput
        label="Search users"
        placeholder="Name, user name or e-mail"
        className="min-w-52 flex-1"
        value={filters.get("search")}
        onSearch={(search) => filters.set({ search })}
      />
      <Select
        aria-label="Role"
        className="w-auto min-w-36 flex-1 sm:w-36 sm:flex-none"
        value={filters.get("role") || "all"}
        onChange={(role) => filters.set({ role: role === "all" ? "" : role })}
        groups={[
          {
            label: "",
            options: [
              { value: "all", label: "All roles" },
              { value: "admin", label: "Admins" },
              { value: "member", label: "Members" },
            ],
          },
        ]}
      />
      <Select
        aria-label="Status"
        className="w-auto min-w-36 flex-1 sm:w-36 sm:flex-none"
        value={filters.get("status") || "all"}
        onChange={(status) => filters.set({ status: status === "all" ? "" : status })}
        groups={[
          {
            label: "",
            options: [
              { value: "all", label: "Any status" },
              { value: "active", label: "Active" },
              { value: "disabled", label: "Disabled" },
            ],
          },
        ]}
      />
    </div>
  );
}

function NobodyFound({ filters }: { readonly filters: UrlFilters }) {
  if (!filters.isFiltered && filters.page === 1) return <OnlyYou />;
  return (
    <EmptyState
      icon={<UsersRound aria-hidden />}
      title="Nobody found"
      action={
        <Button variant="secondary" onClick={filters.clear}>
          Show everybody
        </Button>
      }
    >
      No account fits this search and these filters.
    </EmptyState>
  );
}

function OnlyYou() {
  return (
    <EmptyState
      icon={<UserPlus aria-hidden />}
      title="You are alone here so far"
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <Button asChild>
            <Link href="/admin/invites">Invite people</Link>
          </Button>
          <Button asChild variant="secondary">
            <Link href="/admin/sign-in">Set up single sign-on</Link>
          </Button>
        </div>
      }
    >
      Send somebody an invite link, or connect the sign-in that your organisation has already.
    </EmptyState>
  );
}
