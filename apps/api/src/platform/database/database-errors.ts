import { DatabaseError } from "pg";

/** A connection of our own to Postgres (not Prisma's) could not be made or broke. */
export class DatabaseUnavailableError extends Error {}

/** All connections of this process are in use. */
export class DatabaseBusyError extends Error {}

/** The database is not one that Mosaic can use. Its message is whole sentences for an operator. */
export class DatabaseUnfitError extends Error {}

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

const prismaKinds: Readonly<Record<string, DatabaseFaultKind>> = {
  P1000: "refused",
  P1001: "unreachable",
  P1002: "unreachable",
  P1003: "missing_database",
  P1008: "unreachable",
  P1010: "refused",
  P1011: "tls",
  P1017: "unreachable",
  P2024: "busy",
  P2028: "busy",
  P2037: "too_many_connections",
};

const adapterKinds: Readonly<Record<string, DatabaseFaultKind>> = {
  DatabaseNotReachable: "unreachable",
  ConnectionClosed: "unreachable",
  SocketTimeout: "unreachable",
  TooManyConnections: "too_many_connections",
  TlsConnectionError: "tls",
  DatabaseDoesNotExist: "missing_database",
  AuthenticationFailed: "refused",
  DatabaseAccessDenied: "refused",
};

/** The first that fits. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sqlStates: readonly (readonly [RegExp, DatabaseFaultKind])[] = [
  [/^08P01$/, "pooler"],
  [/^57P03$/, "starting"],
  [/^(08...|57P0[12])$/, "unreachable"],
  [/^53300$/, "too_many_connections"],
  [/^53100$/, "disk_full"],
  [/^(53...|55P03)$/, "busy"],
  [/^25006$/, "read_only"],
  [/^42501$/, "no_rights"],
  [/^28...$/, "refused"],
  [/^3D000$/, "missing_database"],
];

const socketCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]);
const tlsCodes =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|CERT_.*|ERR_TLS_.*|ERR_SSL_.*)$/;

/** What `@prisma/adapter-pg` says beneath a Prisma error (`meta.driverAdapterError.cause`). */
interface AdapterFault {
  readonly kind?: unknown;
  readonly originalCode?: unknown;
  readonly originalMessage?: unknown;
}

/**
 * What is wrong with the database, if an error, or one that it was caused by, says that something is; `null` if a query was wrong, or
 * something else. Only errors of Prisma, of Postgres, and those that we mark ourselves, count: a refused connection to a provider or to the
 * engine looks the same as a socket's error.
 */
export function databaseFaultKind(error: unknown, depth = 0): DatabaseFaultKind | null {
  if (!(error instanceof Error) || depth > 5) {
    return null;
  }
  return ownKind(error) ?? databaseFaultKind(error.cause, depth + 1);
}

function ownKind(error: Error): DatabaseFaultKind | null {
  if (error instanceof DatabaseBusyError) {
    return "busy";
  }
  if (error instanceof DatabaseUnavailableError) {
    return connectingKind(error.cause) ?? "unreachable";
  }
  if (error instanceof DatabaseError) {
    return ofServer(error.code ?? "", error.message);
  }
  return error.name.startsWith("Prisma") || error.name === "DriverAdapterError" ? ofPrisma(error) : null;
}

/** The same of what `pg` throws while connecting, where every fault is one of the database. */
export function connectingKind(error: unknown): DatabaseFaultKind | null {
  if (!(error instanceof Error)) {
    return null;
  }
  const code = codeOf(error) ?? "";
  // The server's own list of who may come may ask for an encrypted connection.
  if (tlsCodes.test(code) || /SSL|certificate|no encryption/i.test(error.message)) {
    return "tls";
  }
  if (socketCodes.has(code) || /timeout|Connection terminated/i.test(error.message)) {
    return "unreachable";
  }
  return ofServer(code, error.message);
}

/**
 * Whether it is worth to try again in a moment: the database is away, or can't do what it is asked to now, rather than that a query was wrong.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const kind = databaseFaultKind(error);
  return kind !== null && temporary.has(kind);
}

const temporary: ReadonlySet<DatabaseFaultKind> = new Set<DatabaseFaultKind>([
  "unreachable",
  "starting",
  "too_many_connections",
  "busy",
  "disk_full",
  "read_only",
]);

/** Turns what `pg` throws while connecting into `DatabaseUnavailableError` where it is a fault of the database; other errors stay as they are. */
export function fromConnecting(error: unknown): unknown {
  return connectingKind(error) === null ? error : new DatabaseUnavailableError("the database can't be reached", { cause: error });
}

/** Whether a unique constraint refused a write. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "P2002";
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
  return (
    databaseMessage(error.cause, depth + 1) ??
    (error instanceof DatabaseUnavailableError || error instanceof DatabaseBusyError ? null : error.message)
  );
}

function ofPrisma(error: Error): DatabaseFaultKind | null {
  const { kind, originalCode, originalMessage } = adapterFault(error);
  const state = typeof originalCode === "string" ? ofServer(originalCode, String(originalMessage)) : null;
  const ofAdapter = typeof kind === "string" && Object.hasOwn(adapterKinds, kind) ? adapterKinds[kind] : undefined;
  const ofCode = prismaKinds[codeOf(error) ?? ""];
  const isBroken = /Connection terminated|Client has encountered a connection error/.test(error.message);
  return state ?? ofAdapter ?? ofCode ?? (isBroken ? "unreachable" : null);
}

function ofServer(code: string, message: string): DatabaseFaultKind | null {
  // Postgres gives its own code to a disk that is full when a table grows, and that of any fault of a file elsewhere.
  if (/^(53100|58030|XX000)$/.test(code) && /No space left on device|Disk quota exceeded/i.test(message)) {
    return "disk_full";
  }
  return sqlStates.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}

function adapterFault(error: Error): AdapterFault {
  const meta = "meta" in error ? (error.meta as { driverAdapterError?: { cause?: AdapterFault } } | undefined) : undefined;
  return meta?.driverAdapterError?.cause ?? (error.name === "DriverAdapterError" ? (error.cause ?? {}) : {});
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
