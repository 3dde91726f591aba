import { z } from "zod";
import { says } from "./field-faults.js";

/** What somebody looks for. Postgres holds no NUL, so nothing can be found by one. */
export const searchText = z
  .string()
  .trim()
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, says.control_characters);

/** How far a list can be paged through, and how far it is counted: a number above it stands for "more than this". */
export const countLimit = 10_000;

/** A count that is exact up to `countLimit`; above it, it only says that there are more. */
export const boundedCount = z.int().min(0);

/** What every query of a list with pages has; to be refined by `isWithinReach`. */
export const pageFields = {
  /** Counts from 1. */
  page: z.coerce.number().int().min(1).max(countLimit).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
};

/** Deep pages cost as much as all that come before them. */
export function isWithinReach({ page, pageSize }: { readonly page: number; readonly pageSize: number }): boolean {
  return page * pageSize <= countLimit;
}

export const beyondReach = {
  path: ["page"],
  message: says.beyond_reach,
};
