import { countLimit } from "@mosaic/contracts/paging";
import { Prisma, type PrismaClient } from "../../generated/prisma/client.js";
import { countUpToLimit } from "./bounded-count.js";
import { searchPatterns } from "./like-pattern.js";

/** Whether one of `columns` (names in SQL, from the code) has what somebody looks for. */
export function matchesSearch(columns: readonly string[], search: string): Prisma.Sql {
  const conditions = columns.flatMap((column) =>
    searchPatterns(search).map((pattern) => Prisma.sql`${Prisma.raw(column)} ILIKE ${pattern}`),
  );
  return Prisma.sql`(${Prisma.join(conditions, " OR ")})`;
}

/** All of `conditions`, as a WHERE; nothing for none. */
export function whereAll(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], " AND ")}`;
}

type Database = Pick<Prisma.TransactionClient, "$queryRaw">;

export interface SearchedPage<Row> {
  readonly rows: readonly Row[];
  /** Exact up to `countLimit`. */
  readonly total: number;
}

/**
 * A page of a search, with how many there are (`from`: what follows FROM). Postgres can't know how rare a part of a name is, and a rare one
 * that it looks for in the order of the page costs the whole table. So what is rare is collected by the index of the names first; what is
 * common is met soon in any order.
 */
export async function searchPage<Row>(
  prisma: Pick<PrismaClient, "$queryRaw" | "$transaction">,
  from: Prisma.Sql,
  page: (database: Database, isRare: boolean) => Promise<Row[]>,
): Promise<SearchedPage<Row>> {
  const found = await prisma.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true)`;
    const total = await countUpToLimit(transaction, from);
    return { total, rows: total > countLimit ? null : await page(transaction, true) };
  });
  return { total: found.total, rows: found.rows ?? (await page(prisma, false)) };
}
