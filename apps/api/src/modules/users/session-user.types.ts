import { language, type Language } from "@mosaic/contracts/language";
import type { Role, SessionUser } from "@mosaic/contracts/identity";

/** What a query includes so that `toSessionUser` can read the row. */
export const sessionUserInclude = { breakglass: { select: { userId: true } } } as const;

export interface SessionUserRow {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: string;
  readonly language: string | null;
  readonly breakglass: object | null;
}

export function toSessionUser(row: SessionUserRow): SessionUser {
  return {
    id: row.id,
    username: row.username,
    displayName: row.displayName,
    role: row.role as Role,
    isBreakglass: row.breakglass !== null,
    language: knownLanguage(row.language),
  };
}

/** The same in SQL, for what is asked with every request: the columns, and where they come from beside `users u`. */
export const sessionUserColumns = "u.id AS user_id, u.username, u.display_name, u.role, u.language, b.user_id IS NOT NULL AS is_breakglass";
export const sessionUserJoin = "LEFT JOIN breakglass_user b ON b.user_id = u.id";

export interface SessionUserColumns {
  readonly user_id: string;
  readonly username: string;
  readonly display_name: string;
  readonly role: string;
  readonly language: string | null;
  readonly is_breakglass: boolean;
}

export function sessionUserOf(row: SessionUserColumns): SessionUser {
  return {
    id: row.user_id,
    username: row.username,
    displayName: row.display_name,
    role: row.role as Role,
    isBreakglass: row.is_breakglass,
    language: knownLanguage(row.language),
  };
}

/** One that only another version has is as good as none. */
export function knownLanguage(stored: string | null): Language | null {
  return language.nullable().catch(null).parse(stored);
}
