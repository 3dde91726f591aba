"use client";

import { Suspense, type ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { useMe } from "@/features/auth/session";
import { SectionNav, type NavGroup } from "@/components/page/section-nav";
import { settingsGroups } from "@/features/settings/settings-pages";
import { AppFrame, PageBar } from "@/features/shell/app-frame";
import { m } from "@messages/settings";

export function SettingsFrame({ children }: { readonly children: ReactNode }) {
  return (
    <AppFrame>
      <PageBar>
        <h1 className="text-sm font-medium">{m.settings}</h1>
        <AdminLink />
      </PageBar>
      <SectionBody label={m.settings} groups={settingsGroups}>
        {children}
      </SectionBody>
    </AppFrame>
  );
}

function AdminLink() {
  const isAdmin = useMe().data?.role === "admin";
  if (!isAdmin) return null;
  return (
    <Link href="/admin/users" className="ms-auto rounded-sm text-sm text-muted-foreground hover:text-foreground">
      {m.admin}
    </Link>
  );
}

export interface SectionBodyProps {
  readonly label: string;
  readonly groups: readonly NavGroup[];
  readonly children: ReactNode;
}

export function SectionBody({ label, groups: shown, children }: SectionBodyProps) {
  return (
    <main id="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
      <div className="mx-auto flex w-full max-w-7xl flex-col gap-x-10 gap-y-6 px-4 pb-20 pt-4 sm:px-8 lg:flex-row lg:pt-8">
        <SectionNav label={label} groups={shown} />
        <div className="min-w-0 flex-1 lg:max-w-3xl">
          <Suspense>{children}</Suspense>
        </div>
      </div>
    </main>
  );
}
