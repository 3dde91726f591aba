"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Suspense, type ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { AppFrame, PageBar } from "@/features/shell/app-frame";

const pages = [
  { href: "/settings/providers", name: "Providers" },
  { href: "/settings/agents", name: "Agents" },
];

export function SettingsFrame({ children }: { readonly children: ReactNode }) {
  const pathname = usePathname();
  return (
    <AppFrame>
      <PageBar>
        <h1 className="text-sm font-medium">Settings</h1>
      </PageBar>
      <main id="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
        <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 pb-20 pt-5 sm:px-8">
          <nav aria-label="Settings" className="border-b">
            <ul className="flex gap-1">
              {pages.map(({ href, name }) => (
                <li key={href}>
                  <Link
                    href={href}
                    aria-current={pathname === href ? "page" : undefined}
                    className={cn(
                      "-mb-px block border-b-2 px-3 py-2.5 text-sm transition-colors",
                      pathname === href
                        ? "border-primary font-medium text-foreground"
                        : "border-transparent text-muted-foreground hover:text-foreground",
                    )}
                  >
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <Suspense>{children}</Suspense>
        </div>
      </main>
    </AppFrame>
  );
}
