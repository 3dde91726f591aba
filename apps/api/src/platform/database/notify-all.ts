import type { Prisma } from "../../generated/prisma/client.js";

/** Tells a channel many things in one statement. Heard only if the transaction commits. */
export async function notifyAll(transaction: Prisma.TransactionClient, channel: string, payloads: readonly string[]): Promise<void> {
  await transaction.$executeRaw`SELECT pg_notify(${channel}, payload) FROM unnest(${[...payloads]}::text[]) AS payload`;
}
