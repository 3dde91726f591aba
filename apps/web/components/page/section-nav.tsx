"use client";

import { ChevronDown } from "lucide-react";
import { Link } from "@/components/ui/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { fieldClasses } from "@/components/ui/input";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { m } from "@messages/components";

export interface NavGroup {
  readonly title: string;
  readonly pages: readonly { readonly href: string; readonly name: string }[];
}

export interface SectionNavProps {
  readonly label: string;
  readonly groups: readonly NavGroup[];
}

/** A list beside the page where there is room; a menu above it where there is not: the pages don't fit into one line. */
export function SectionNav({ label, groups }: SectionNavProps) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="lg:w-44 lg:shrink-0">
      <div className="lg:hidden">
        <CompactMenu label={label} groups={groups} pathname={pathname} />
      </div>
      <div className="sticky top-8 hidden gap-5 lg:grid">
        {groups.map((group) => (
          <div key={group.title} className="grid gap-1">
            <p className="px-3 pb-0.5 text-xs font-medium text-muted-foreground">{group.title}</p>
            <ul className="grid gap-0.5">
              {group.pages.map(({ href, name }) => (
                <li key={href}>
                  <Link
                    href={href}
                    aria-current={pathname === href ? "page" : undefined}
                    className={cn(
                      "block rounded-md px-3 py-1.5 text-sm transition-colors",
                      pathname === href
                        ? "bg-accent font-medium text-accent-foreground"
                        : "text-muted-foreground hover:bg-accent/60 hover:text-foreground",
                    )}
                  >
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}

function CompactMenu({ label, groups, pathname }: SectionNavProps & { readonly pathname: string }) {
  const here = groups.flatMap(({ pages }) => pages).find(({ href }) => href === pathname)?.name ?? m.chooseAPage;
  return (
    <Menu>
      <MenuTrigger className={cn(fieldClasses, "flex h-10 items-center gap-2 text-start font-medium")}>
        <span className="min-w-0 flex-1 truncate">
          <span className="sr-only">{m.pagesNow(label)} </span>
          {here}
        </span>
        <ChevronDown aria-hidden className="size-4 text-muted-foreground" />
      </MenuTrigger>
      <MenuContent
        align="start"
        className="max-h-(--radix-dropdown-menu-content-available-height) w-(--radix-dropdown-menu-trigger-width) overflow-y-auto"
      >
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <p aria-hidden className="px-2.5 pb-1 pt-2 text-xs font-medium text-muted-foreground">
              {group.title}
            </p>
            {group.pages.map(({ href, name }) => (
              <MenuItem key={href} asChild>
                <Link href={href} aria-current={pathname === href ? "page" : undefined} className="aria-[current=page]:font-semibold">
                  {name}
                </Link>
              </MenuItem>
            ))}
          </div>
        ))}
      </MenuContent>
    </Menu>
  );
}
