import type { Prisma } from "../../generated/prisma/client.js";
import { storedProviderInclude, toStoredProvider, type StoredProvider } from "./llm-providers.types.js";

type Database = Pick<Prisma.TransactionClient, "llmProvider">;

/** Providers that any of `conditions` fits, by id. Each is asked for by its own index: an OR of them over a join would read all there are. */
export async function findProviders(database: Database, conditions: readonly Prisma.LlmProviderWhereInput[]): Promise<StoredProvider[]> {
  const byId = new Map<string, StoredProvider>();
  // One after the other: in a transaction they share a connection.
  for (const where of conditions) {
    for (const row of await database.llmProvider.findMany({ where, include: storedProviderInclude })) {
      byId.set(row.id, toStoredProvider(row));
    }
  }
  return [...byId.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
