"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";

export interface UrlFilters {
  readonly get: (name: string) => string;
  readonly page: number;
  /** Empty texts leave the address. Any change of a filter leads back to the first page. */
  readonly set: (changes: Readonly<Record<string, string>>) => void;
  readonly setPage: (page: number) => void;
  readonly clear: () => void;
  readonly isFiltered: boolean;
}

/** Filters that live in the address, so that a reload, a bookmark and "back" keep them. */
export const useUrlFilters = (names: readonly string[]): UrlFilters => {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const go = (next: URLSearchParams): void => {
    const query = next.toString();
    router.replace(query === "" ? pathname : `${pathname}?${query}`, { scroll: false });
  };
  const change = (changes: Readonly<Record<string, string>>): void => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value === "") next.delete(name);
      else next.set(name, value);
    }
    go(next);
  };
  const page = Number(params.get("page") ?? "1");
  return {
    get: (name) => params.get(name) ?? "",
    page: Number.isInteger(page) && page > 0 ? page : 1,
    set: (changes) => change({ page: "", ...changes }),
    setPage: (wanted) => change({ page: wanted <= 1 ? "" : String(wanted) }),
    clear: () => go(new URLSearchParams()),
    isFiltered: names.some((name) => (params.get(name) ?? "") !== ""),
  };
};

/** A query string of what is set. */
export const toQuery = (values: Readonly<Record<string, string | number | undefined>>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return query.toString();
};
