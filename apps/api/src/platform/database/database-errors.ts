/** A connection of our own to Postgres (not Prisma's) could not be made or broke. */
export class DatabaseUnavailableError extends Error {}

const prismaCodes = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2037"]);
const adapterKinds = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections"]);
/** Postgres: connection exceptions (08…), shutting down or starting up (57P01–57P03), too many connections. */
const connectionStates = /^(08...|57P0[123]|53300)$/;
const socketCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "EAI_AGAIN"]);

/** What `@prisma/adapter-pg` says beneath a Prisma error (`meta.driverAdapterError.cause`). */
interface AdapterFault {
  readonly kind?: unknown;
  readonly originalCode?: unknown;
}

/**
 * Whether an error, or one that it was caused by, says that the database is away rather than that a query was wrong. Only errors of
 * Prisma, and those that we mark ourselves, count: a refused connection to a provider or to the engine looks the same as a socket's error.
 */
export function isDatabaseUnavailable(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) {
    return false;
  }
  return error instanceof DatabaseUnavailableError || isPrismaConnectionFault(error) || isDatabaseUnavailable(error.cause, depth + 1);
}

/** Turns what `pg` throws while connecting into `DatabaseUnavailableError` where it means that; other errors stay as they are. */
export function fromConnecting(error: unknown): unknown {
  const code = error instanceof Error ? codeOf(error) : undefined;
  const isAway = code !== undefined && (socketCodes.has(code) || connectionStates.test(code));
  const isTimeout = error instanceof Error && /timeout/i.test(error.message);
  return isAway || isTimeout ? new DatabaseUnavailableError("the database can't be reached", { cause: error }) : error;
}

/** Whether a unique constraint refused a write. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "P2002";
}

function isPrismaConnectionFault(error: Error): boolean {
  if (!error.name.startsWith("Prisma") && error.name !== "DriverAdapterError") {
    return false;
  }
  const { kind, originalCode } = adapterFault(error);
  return (
    prismaCodes.has(codeOf(error) ?? "") ||
    (typeof kind === "string" && adapterKinds.has(kind)) ||
    (typeof originalCode === "string" && connectionStates.test(originalCode)) ||
    /Connection terminated|Client has encountered a connection error/.test(error.message)
  );
}

function adapterFault(error: Error): AdapterFault {
  const meta = "meta" in error ? (error.meta as { driverAdapterError?: { cause?: AdapterFault } } | undefined) : undefined;
  return meta?.driverAdapterError?.cause ?? (error.name === "DriverAdapterError" ? (error.cause ?? {}) : {});
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
