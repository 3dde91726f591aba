const connectionCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "P1001", "P1002", "P1008", "P1017", "P2024", "P2037"]);
/** Postgres: connection exceptions (08…), shutting down or starting up (57P01–57P03), too many connections. */
const connectionStates = /^(08...|57P0[123]|53300)$/;

/** Whether an error, or one that it was caused by, says that the database is away rather than that a query was wrong. */
export function isDatabaseUnavailable(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) {
    return false;
  }
  const code = codeOf(error);
  if (code !== undefined && (connectionCodes.has(code) || connectionStates.test(code))) {
    return isFromDatabase(error);
  }
  if (/Connection terminated|server closed the connection|connect(ion)? timeout|Can't reach database/i.test(error.message)) {
    return isFromDatabase(error);
  }
  return isDatabaseUnavailable(error.cause, depth + 1);
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Socket codes also come from the engine and from providers: only errors that passed through Prisma or pg count. */
function isFromDatabase(error: Error): boolean {
  return error.name.startsWith("Prisma") || error.name === "DriverAdapterError" || /[/\\](pg|pg-pool|pg-protocol|@prisma|adapter-pg)[/\\@]/.test(error.stack ?? "");
}

/** Whether a unique constraint refused a write. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "P2002";
}
