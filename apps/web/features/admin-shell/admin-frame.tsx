"use client";

import { ShieldAlert } from "lucide-react";
import { Suspense, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { adminGroups } from "@/features/admin-shell/admin-pages";
import { useMe } from "@/features/auth/session";
import { SectionNav } from "@/components/page/section-nav";
import { Loaded } from "@/components/page/load-state";
import { EmptyState } from "@/components/page/settings-section";
import { AppFrame, PageBar } from "@/features/shell/app-frame";
import { m } from "@messages/admin-shell";

export function AdminFrame({ children }: { readonly children: ReactNode }) {
  return (
    <AppFrame>
      <PageBar>
        <h1 className="text-sm font-medium">{m.admin}</h1>
        <p className="ms-auto flex gap-4 text-sm">
          <Link href="/settings/profile" className="rounded-sm text-muted-foreground hover:text-foreground">
            {m.settings}
          </Link>
          <Link href="/chat" className="rounded-sm text-muted-foreground hover:text-foreground">
            {m.chat}
          </Link>
        </p>
      </PageBar>
      <main id="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
        <AdminOnly>{children}</AdminOnly>
      </main>
    </AppFrame>
  );
}

/** The API refuses everybody else by itself; this spares them pages full of refusals. */
export function AdminOnly({ children }: { readonly children: ReactNode }) {
  const me = useMe();
  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col gap-x-10 gap-y-6 px-4 pb-20 pt-4 sm:px-8 lg:flex-row lg:pt-8">
      {me.data?.role === "admin" ? <SectionNav label={m.admin} groups={adminGroups} /> : null}
      <div className="min-w-0 flex-1">
        <Loaded query={me}>{(user) => (user.role === "admin" ? <Suspense>{children}</Suspense> : <ForAdmins />)}</Loaded>
      </div>
    </div>
  );
}

function ForAdmins() {
  return (
    <div className="mx-auto max-w-xl pt-6 lg:pt-14">
      <h2 className="sr-only">{m.noAccess}</h2>
      <EmptyState
        icon={<ShieldAlert aria-hidden />}
        title={m.thisPageIsForAdmins}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            <Button asChild>
              <Link href="/chat">{m.backToChat}</Link>
            </Button>
            <Button asChild variant="secondary">
              <Link href="/settings/profile">{m.yourSettings}</Link>
            </Button>
          </div>
        }
      >
        {m.yourAccountIsAMembers}
      </EmptyState>
    </div>
  );
}
