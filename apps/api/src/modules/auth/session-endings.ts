import type { Prisma } from "../../generated/prisma/client.js";
import { notifyAll } from "../../platform/database/notify-all.js";

/** What has ended: a browser's session, a program's token, or everything of a user. */
export type Ending = { readonly sessionId: string } | { readonly tokenId: string } | { readonly userId: string };

export const endingsChannel = "mosaic_sessions";

/** Tells every process to close what is open on it. Heard only if the transaction commits. */
export async function tellEnding(transaction: Prisma.TransactionClient, ending: Ending): Promise<void> {
  await transaction.$executeRaw`SELECT pg_notify(${endingsChannel}, ${JSON.stringify(ending)})`;
}

/** Ends sessions in the transaction of what they end with, and tells how many there were. */
export async function endSessions(transaction: Prisma.TransactionClient, where: Prisma.SessionWhereInput): Promise<number> {
  const sessions = await transaction.session.findMany({ where, select: { id: true } });
  const ids = sessions.map(({ id }) => id);
  // Of several who end the same one at once, one counts it.
  const { count } = await transaction.session.deleteMany({ where: { id: { in: ids } } });
  await notifyAll(
    transaction,
    endingsChannel,
    ids.map((sessionId) => JSON.stringify({ sessionId } satisfies Ending)),
  );
  return count;
}

/** As `endSessions`, for all access tokens of a user. */
export async function endTokens(transaction: Prisma.TransactionClient, userId: string): Promise<number> {
  const tokens = await transaction.accessToken.findMany({ where: { userId }, select: { id: true } });
  const ids = tokens.map(({ id }) => id);
  const { count } = await transaction.accessToken.deleteMany({ where: { id: { in: ids } } });
  await notifyAll(
    transaction,
    endingsChannel,
    ids.map((tokenId) => JSON.stringify({ tokenId } satisfies Ending)),
  );
  return count;
}

/** Ends whatever lets a user in: sessions, tokens and what is open on them. */
export async function endEverythingOf(transaction: Prisma.TransactionClient, userId: string): Promise<void> {
  await transaction.session.deleteMany({ where: { userId } });
  await transaction.accessToken.deleteMany({ where: { userId } });
  await tellEnding(transaction, { userId });
}
