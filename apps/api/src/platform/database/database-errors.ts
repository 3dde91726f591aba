import { DatabaseError } from "pg";

/** What is wrong with the database. Temporary ones pass by themselves or once an operator has made room. */
export type DatabaseFaultKind =
  | "unreachable"
  | "starting"
  | "too_many_connections"
  | "busy"
  | "disk_full"
  | "read_only"
  | "no_rights"
  | "refused"
  | "missing_database"
  | "tls"
  | "pooler";

/** A fault that was met on a connection of ours to Postgres. Its cause alone does not show that: it looks the same as that of any other socket. */
export class DatabaseFaultError extends Error {
  constructor(
    readonly kind: DatabaseFaultKind,
    cause: unknown,
  ) {
    super(`the database is at fault: ${kind}`, { cause });
  }
}

/** The database is not one that Mosaic can use. Its message is whole sentences for an operator. */
export class DatabaseUnfitError extends Error {}

/**
 * The codes of Postgres (https://www.postgresql.org/docs/current/errcodes-appendix.html), of Prisma, of its adapter and of sockets, no two of which
 * share one. The first that fits.
 */
const byCode: readonly (readonly [RegExp, DatabaseFaultKind])[] = [
  [/^08P01$/, "pooler"],
  [/^57P03$/, "starting"],
  [/^(08...|57P0[12])$/, "unreachable"],
  [/^(P1001|P1002|P1008|P1017|DatabaseNotReachable|ConnectionClosed|SocketTimeout)$/, "unreachable"],
  [/^(ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/, "unreachable"],
  [/^(53300|P2037|TooManyConnections)$/, "too_many_connections"],
  [/^53100$/, "disk_full"],
  [/^(53...|55P03|P2024|P2028)$/, "busy"],
  [/^25006$/, "read_only"],
  [/^42501$/, "no_rights"],
  [/^(28...|P1000|P1010|AuthenticationFailed|DatabaseAccessDenied)$/, "refused"],
  [/^(3D000|P1003|DatabaseDoesNotExist)$/, "missing_database"],
  [/^(P1011|TlsConnectionError)$/, "tls"],
  [/^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_.*|ERR_TLS_.*|ERR_SSL_.*)$/, "tls"],
  [/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/, "tls"],
];

/** Codes that Postgres gives a full disk: its own when a table grows, and those of any fault of a file elsewhere. */
const fullDiskCodes: ReadonlySet<string> = new Set(["53100", "58030", "XX000"]);
const fullDiskWords = /No space left on device|Disk quota exceeded/i;

/** What the driver, or the server's own list of who may come, says on a connection that was asked for. It goes before a code. */
const whileConnecting: readonly (readonly [RegExp, DatabaseFaultKind])[] = [
  [/^timeout exceeded when trying to connect$/, "busy"],
  [/SSL|certificate|no encryption/i, "tls"],
];
/** What it says without a code. */
const brokenWords = /Connection terminated|Client has encountered a connection error/;

/** Marks what a connection of ours to Postgres threw where it is a fault of the database; other errors stay as they are. */
export function fromConnection(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseFaultError) {
    return error;
  }
  const kind =
    whileConnecting.find(([words]) => words.test(error.message))?.[1] ??
    kindOf(error) ??
    (/timeout/i.test(error.message) ? "unreachable" : null);
  return kind === null ? error : new DatabaseFaultError(kind, error);
}

/**
 * What is wrong with the database, if an error, or one that it was caused by, says that something is; `null` if a query was wrong, or
 * something else. Only errors of Prisma, of Postgres, and those that are marked, count: a refused connection to a provider or to the engine
 * looks the same as a socket's error.
 */
export function databaseFaultKind(error: unknown, depth = 0): DatabaseFaultKind | null {
  if (!(error instanceof Error) || depth > 5) {
    return null;
  }
  if (error instanceof DatabaseFaultError) {
    return error.kind;
  }
  return (isOfDatabase(error) ? kindOf(error) : null) ?? databaseFaultKind(error.cause, depth + 1);
}

const temporary: ReadonlySet<DatabaseFaultKind> = new Set<DatabaseFaultKind>([
  "unreachable",
  "starting",
  "too_many_connections",
  "busy",
  "disk_full",
  "read_only",
]);

/**
 * Whether it is worth to try again in a moment: the database is away, or can't do what it is asked to now, rather than that a query was wrong.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const kind = databaseFaultKind(error);
  return kind !== null && temporary.has(kind);
}

/** Whether a unique constraint refused a write. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && isOfDatabase(error) && codesOf(error).some((code) => code === "P2002" || code === "23505");
}

/** What Postgres or the driver said itself, for an operator: quoted, never alone. */
export function databaseMessage(error: unknown, depth = 0): string | null {
  if (!(error instanceof Error) || depth > 5) {
    return null;
  }
  const { originalMessage } = adapterFault(error);
  if (typeof originalMessage === "string") {
    return originalMessage;
  }
  return databaseMessage(error.cause, depth + 1) ?? (error instanceof DatabaseFaultError ? null : error.message);
}

function isOfDatabase(error: Error): boolean {
  return error instanceof DatabaseError || error.name.startsWith("Prisma") || error.name === "DriverAdapterError";
}

function kindOf(error: Error): DatabaseFaultKind | null {
  const codes = codesOf(error);
  if (codes.some((code) => fullDiskCodes.has(code)) && fullDiskWords.test(databaseMessage(error) ?? "")) {
    return "disk_full";
  }
  const known = codes.flatMap((code) => byCode.find(([pattern]) => pattern.test(code))?.[1] ?? []);
  return known[0] ?? (brokenWords.test(error.message) ? "unreachable" : null);
}

/** The nearest to Postgres first. */
function codesOf(error: Error): string[] {
  const { originalCode, kind } = adapterFault(error);
  return [originalCode, kind, "code" in error ? error.code : undefined].filter((code) => typeof code === "string");
}

/** What `@prisma/adapter-pg` says beneath a Prisma error (`meta.driverAdapterError.cause`). */
interface AdapterFault {
  readonly kind?: unknown;
  readonly originalCode?: unknown;
  readonly originalMessage?: unknown;
}

function adapterFault(error: Error): AdapterFault {
  const meta = "meta" in error ? (error.meta as { driverAdapterError?: { cause?: AdapterFault } } | undefined) : undefined;
  return meta?.driverAdapterError?.cause ?? (error.name === "DriverAdapterError" ? (error.cause ?? {}) : {});
}
