import type { Role, SessionUser } from "@mosaic/contracts/identity";

/** What a query includes so that `toSessionUser` can read the row. */
export const sessionUserInclude = { breakglass: { select: { userId: true } } } as const;

export interface SessionUserRow {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: string;
  readonly breakglass: object | null;
}

export function toSessionUser(row: SessionUserRow): SessionUser {
  return {
    id: row.id,
    username: row.username,
    displayName: row.displayName,
    role: row.role as Role,
    isBreakglass: row.breakglass !== null,
  };
}
