import { Injectable, type LoggerService } from "@nestjs/common";
import { pino, type Logger as PinoLogger } from "pino";
import { LogSink } from "./log-sink.js";
import { requestContext } from "./request-context.js";

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** JSON lines: a constant message and fields. Never bodies, tokens or values of settings. Also Nest's own logger. */
@Injectable()
export class Logger implements LoggerService {
  private readonly pino: PinoLogger;

  constructor(
    level: string,
    private readonly sink = new LogSink(),
  ) {
    this.pino = pino({ level, base: null, messageKey: "message", timestamp: pino.stdTimeFunctions.isoTime }, sink);
  }

  debug(message: string, fields?: LogFields | string): void {
    this.pino.debug(contextual(fields), message);
  }

  log(message: string, fields?: LogFields | string): void {
    this.pino.info(contextual(fields), message);
  }

  warn(message: string, fields?: LogFields | string): void {
    this.pino.warn(contextual(fields), message);
  }

  /** `error` is logged with its causes; messages of foreign errors may quote input, so only their kind, code and stack frames are kept. */
  error(message: string, error?: unknown, fields?: LogFields | string): void {
    this.pino.error({ ...contextual(fields), ...(error === undefined ? {} : { error: describe(error) }) }, message);
  }

  /** Before the process ends: what was logged last says why. */
  async flush(deadlineMs: number): Promise<void> {
    await this.sink.flush(deadlineMs);
  }
}

function contextual(fields: LogFields | string | undefined): Record<string, unknown> {
  const context = requestContext();
  return {
    ...(context === undefined ? {} : { requestId: context.requestId, userId: context.actor?.id }),
    ...(typeof fields === "string" ? { component: fields } : fields),
  };
}

interface ErrorDescription {
  readonly name: string;
  readonly code?: string;
  readonly frames?: readonly string[];
  readonly cause?: ErrorDescription;
}

function describe(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) {
    return { name: typeof error };
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const frames = (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    frames,
    ...(error.cause === undefined || depth > 4 ? {} : { cause: describe(error.cause, depth + 1) }),
  };
}
