"use client";

import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";

export interface NavGroup {
  readonly title: string | null;
  readonly pages: readonly { readonly href: string; readonly name: string }[];
}

/** Beside the page where there is room, above it in one scrolling line where there is not. */
export function SectionNav({ label, groups }: { readonly label: string; readonly groups: readonly NavGroup[] }) {
  const pathname = usePathname();
  return (
    <nav
      aria-label={label}
      className="-mx-4 overflow-x-auto border-b px-4 sm:-mx-8 sm:px-8 lg:mx-0 lg:w-48 lg:shrink-0 lg:overflow-visible lg:border-b-0 lg:px-0"
    >
      <div className="flex gap-1 lg:sticky lg:top-0 lg:grid lg:gap-5">
        {groups.map((group) => (
          <div key={group.title ?? ""} className="contents lg:grid lg:gap-1">
            {group.title === null ? null : (
              <p className="hidden px-3 pb-0.5 text-xs font-medium text-muted-foreground lg:block">{group.title}</p>
            )}
            <ul className="flex gap-1 lg:grid lg:gap-0.5">
              {group.pages.map(({ href, name }) => {
                const isHere = pathname === href;
                return (
                  <li key={href}>
                    <Link
                      ref={isHere ? bringIntoLine : undefined}
                      href={href}
                      aria-current={isHere ? "page" : undefined}
                      className={cn(
                        "-mb-px block whitespace-nowrap border-b-2 px-3 py-2.5 text-sm transition-colors lg:mb-0 lg:rounded-md lg:border-b-0 lg:py-1.5",
                        isHere
                          ? "border-primary font-medium text-foreground lg:bg-accent lg:text-accent-foreground"
                          : "border-transparent text-muted-foreground hover:text-foreground lg:hover:bg-accent/60",
                      )}
                    >
                      {name}
                    </Link>
                  </li>
                );
              })}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}

/** Not scrollIntoView: that would move the page as well. */
function bringIntoLine(link: HTMLAnchorElement | null): void {
  const line = link?.closest("nav");
  if (link && line) line.scrollLeft = link.offsetLeft - 24;
}
