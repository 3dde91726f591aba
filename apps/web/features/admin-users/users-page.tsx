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
import { m } from "@messages/admin-users";

const filterNames = ["search", "role", "status"];

export function UsersPage() {
  const filters = useUrlFilters(filterNames);
  const users = useUsers({ search: filters.get("search"), role: filters.get("role"), status: filters.get("status"), page: filters.page });
  const [pending, setPending] = useState<PendingChange | null>(null);
  return (
    <SettingsSection
      title={m.users}
      description={m.everybodyWithAnAccountYou}
      actions={
        <Button asChild>
          <Link href="/admin/invites">
            <UserPlus aria-hidden />
            {m.invitePeople}
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
              <Pagination page={filters.page} pageSize={userPageSize} total={total} noun={m.usersInSentence} onPage={filters.setPage} />
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
    { id: "user", header: m.user, isMain: true, renderCell: (user) => <UserName user={user} isSelf={user.id === myId} /> },
    { id: "role", header: m.role, renderCell: (user) => (user.role === "admin" ? m.admin : m.member) },
    { id: "state", header: m.status, renderCell: (user) => <UserState user={user} /> },
    { id: "agents", header: m.agents, className: "tabular-nums", renderCell: (user) => user.agentCount },
    { id: "seen", header: m.lastSeen, className: "lg:whitespace-nowrap", renderCell: (user) => <LastSeen user={user} /> },
    {
      id: "actions",
      header: m.actions,
      isActions: true,
      renderCell: (user) => <UserActions user={user} isSelf={user.id === myId} onChange={onChange} />,
    },
  ];
  return <DataTable caption={m.users} columns={columns} rows={rows} rowKey={({ id }) => id} isStale={isStale} />;
}

function UserFilterBar({ filters }: { readonly filters: UrlFilters }) {
  return (
    <div role="search" aria-label={m.users} className="flex flex-wrap gap-2.5">
      <SearchInput
        label={m.searchUsers}
        placeholder={m.nameUserNameOrE}
        className="min-w-52 flex-1"
        value={filters.get("search")}
        onSearch={(search) => filters.set({ search })}
      />
      <Select
        aria-label={m.role}
        className="w-auto min-w-36 flex-1 sm:w-36 sm:flex-none"
        value={filters.get("role") || "all"}
        onChange={(role) => filters.set({ role: role === "all" ? "" : role })}
        groups={[
          {
            label: "",
            options: [
              { value: "all", label: m.allRoles },
              { value: "admin", label: m.admins },
              { value: "member", label: m.members },
            ],
          },
        ]}
      />
      <Select
        aria-label={m.status}
        className="w-auto min-w-36 flex-1 sm:w-36 sm:flex-none"
        value={filters.get("status") || "all"}
        onChange={(status) => filters.set({ status: status === "all" ? "" : status })}
        groups={[
          {
            label: "",
            options: [
              { value: "all", label: m.anyStatus },
              { value: "active", label: m.active },
              { value: "disabled", label: m.disabled },
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
      title={m.nobodyFound}
      action={
        <Button variant="secondary" onClick={filters.clear}>
          {m.showEverybody}
        </Button>
      }
    >
      {m.noAccountFitsThisSearch}
    </EmptyState>
  );
}

function OnlyYou() {
  return (
    <EmptyState
      icon={<UserPlus aria-hidden />}
      title={m.youAreAloneHereSo}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <Button asChild>
            <Link href="/admin/invites">{m.invitePeople}</Link>
          </Button>
          <Button asChild variant="secondary">
            <Link href="/admin/sign-in">{m.setUpSingleSignOn}</Link>
          </Button>
        </div>
      }
    >
      {m.sendSomebodyAnInviteLink}
    </EmptyState>
  );
}
