"use client";

import { Menu as MenuIcon } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import { startTransition, Suspense, useEffect, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Drawer } from "@/components/ui/dialog";
import { Gate } from "@/features/entry/gate";
import { useAppParts } from "@/features/shell/app-parts";
import { useLiveEvents } from "@/features/shell/live-events";
import { OfflineBanner } from "@/features/shell/offline-banner";
import { UnsavedGuard } from "@/components/page/unsaved-guard";
import { m } from "@messages/shell";

/** `meanwhile`: what stands there until it is known who looks. */
export function AppFrame({ meanwhile, children }: { readonly meanwhile?: ReactNode; readonly children: ReactNode }) {
  return (
    <Gate page="app" {...(meanwhile === undefined ? {} : { meanwhile })}>
      <UnsavedGuard>
        <Frame>{children}</Frame>
      </UnsavedGuard>
    </Gate>
  );
}

function Frame({ children }: { readonly children: ReactNode }) {
  const { Sidebar, Search, isReadHere } = useAppParts();
  useLiveEvents(isReadHere);
  const hasSidebar = useLater();
  return (
    <div className="flex h-dvh overflow-hidden">
      <aside aria-label={m.sidebar} className="hidden w-72 shrink-0 flex-col border-e bg-sidebar md:flex">
        <Suspense>{hasSidebar ? <Sidebar /> : null}</Suspense>
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <OfflineBanner />
        {children}
      </div>
      <Search />
    </div>
  );
}

/** False at first, so that what somebody came for is rendered before what stands beside it. */
const useLater = (): boolean => {
  const [isLater, setLater] = useState(false);
  useEffect(() => startTransition(() => setLater(true)), []);
  return isLater;
};

/** The bar above a page's content; on a narrow screen it opens the sidebar. */
export function PageBar({ children }: { readonly children: ReactNode }) {
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b px-3 sm:px-4">
      <Suspense>
        <SidebarDrawer />
      </Suspense>
      {children}
    </header>
  );
}

function SidebarDrawer() {
  const { Sidebar } = useAppParts();
  const here = `${usePathname()}?${useSearchParams().toString()}`;
  // Open at one address only, so that it closes by itself when something in it leads elsewhere.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const close = (): void => setOpenAt(null);
  return (
    <>
      <Button variant="ghost" size="icon" aria-label={m.openSidebar} className="md:hidden" onClick={() => setOpenAt(here)}>
        <MenuIcon aria-hidden />
      </Button>
      <Drawer isOpen={openAt === here} onChange={(isOpen) => setOpenAt(isOpen ? here : null)} title={m.sidebar}>
        <Sidebar onNavigate={close} />
      </Drawer>
    </>
  );
}
