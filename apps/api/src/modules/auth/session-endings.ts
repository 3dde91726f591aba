import type { Prisma } from "../../generated/prisma/client.js";
import type { Ending } from "../../platform/notices/channels.js";
import { send, sendAll } from "../../platform/notices/notices.js";
import { subjectsOf } from "./sign-in-rules.js";

/** Tells every process to close what is open on it. Heard only if the transaction commits. */
export async function tellEnding(transaction: Prisma.TransactionClient, ending: Ending): Promise<void> {
  await send(transaction, { channel: "mosaic_sessions", payload: ending });
}

/** Ends sessions in the transaction of what they end with, and tells how many there were. */
export async function endSessions(transaction: Prisma.TransactionClient, where: Prisma.SessionWhereInput): Promise<number> {
  const sessions = await transaction.session.findMany({ where, select: { id: true } });
  const ids = sessions.map(({ id }) => id);
  // Of several who end the same one at once, one counts it.
  const { count } = await transaction.session.deleteMany({ where: { id: { in: ids } } });
  await sendAll(
    transaction,
    ids.map((sessionId) => ({ channel: "mosaic_sessions", payload: { sessionId } })),
  );
  return count;
}

/** As `endSessions`, for all access tokens of a user. */
export async function endTokens(transaction: Prisma.TransactionClient, userId: string): Promise<number> {
  const tokens = await transaction.accessToken.findMany({ where: { userId }, select: { id: true } });
  const ids = tokens.map(({ id }) => id);
  const { count } = await transaction.accessToken.deleteMany({ where: { id: { in: ids } } });
  await sendAll(
    transaction,
    ids.map((tokenId) => ({ channel: "mosaic_sessions", payload: { tokenId } })),
  );
  return count;
}

/** Ends whatever lets a user in: sessions, tokens and what is open on them. */
export async function endEverythingOf(transaction: Prisma.TransactionClient, userId: string): Promise<void> {
  await transaction.session.deleteMany({ where: { userId } });
  await transaction.accessToken.deleteMany({ where: { userId } });
  await tellEnding(transaction, { userId });
}

/** Nothing that was tried at an account before holds it up any more. */
export async function forgetAttempts(transaction: Prisma.TransactionClient, username: string): Promise<void> {
  const { subject, beginnings } = subjectsOf(username);
  await transaction.loginThrottle.deleteMany({ where: { subject } });
  for (const beginning of beginnings) {
    // Byte by byte, as its index is: no other collation keeps together what begins alike. `}` follows `|`.
    const end = beginning.replace(/\|$/, "}");
    await transaction.$executeRaw`
      DELETE FROM login_throttles WHERE subject COLLATE "C" >= ${beginning} AND subject COLLATE "C" < ${end}`;
  }
}
