import { countLimit } from "@mosaic/contracts/paging";
import { Prisma } from "../../generated/prisma/client.js";

type Database = Pick<Prisma.TransactionClient, "$queryRaw">;

/** How many rows `from` (what follows FROM) has: exact up to `countLimit`, one more for any more. Costs no more than that. */
export async function countUpToLimit(database: Database, from: Prisma.Sql): Promise<number> {
  const [row] = await database.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (SELECT 1 FROM ${from} LIMIT ${countLimit + 1}) counted`;
  return row?.count ?? 0;
}
