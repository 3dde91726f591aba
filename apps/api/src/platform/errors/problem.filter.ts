import { problems, type Problem, type ProblemCode } from "@mosaic/contracts/problem";
import { Catch, HttpException, NotFoundException, type ArgumentsHost, type ExceptionFilter } from "@nestjs/common";
import type { Request, Response } from "express";
import { databaseProblem } from "../database/database-words.js";
import { ClientGoneError } from "../http/gone-signal.js";
import { Logger } from "../logging/logger.js";
import { requestId } from "../logging/request-context.js";
import { AppError } from "./app-error.js";
import { noSuchRoute, retryHeaders, toOpenAiError } from "./openai-error.js";

const codeByStatus: Partial<Record<number, ProblemCode>> = {
  400: "invalid_input",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "body_too_large",
  415: "unsupported_media_type",
  429: "too_many_requests",
};

/** After a fault of the database. */
const retryAfterSeconds = 5;

/** Every error as an `AppError`: ours as they are, the framework's by status, anything else as `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) {
    return error;
  }
  const fault = databaseProblem(error);
  if (fault !== null) {
    return new AppError(fault.code, { detail: fault.detail, cause: error, retryAfterSeconds });
  }
  const status = error instanceof HttpException ? error.getStatus() : undefined;
  const code = status === undefined ? undefined : codeByStatus[status];
  return new AppError(code ?? "internal", { cause: error });
}

/** A missing thing and another's, or a wrong token and a stopped container, must be the same bytes: these answers name no request. */
const sameBytes: ReadonlySet<ProblemCode> = new Set<ProblemCode>(["not_found", "container_token_refused"]);

export function toProblem(error: AppError): Problem {
  const { status, title } = problems[error.code];
  const id = requestId();
  return {
    type: `urn:mosaic:problem:${error.code}`,
    title,
    status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(id === undefined || sameBytes.has(error.code) ? {} : { requestId: id }),
    ...(error.errors === undefined ? {} : { errors: [...error.errors] }),
  };
}

/** Refusing is no fault: what the log says of it. */
const refusalLines: Partial<Record<ProblemCode, string>> = {
  overloaded: "requests are refused: too many at once",
  stopping: "requests are refused: Mosaic is stopping",
};

const refusalLineEveryMs = 10_000;

/** Turns errors into `application/problem+json`, and logs what is ours to repair, once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly toldAtMs = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    /** Hears of every error that is told. */
    private readonly onTold: (request: Request, code: ProblemCode) => void = () => undefined,
    /** Whether a request is answered as OpenAI's API does. */
    private readonly isForPrograms: (request: Request) => boolean = () => false,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (thrown instanceof ClientGoneError) {
      return;
    }
    const error = toAppError(thrown);
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const { status } = problems[error.code];
    const refusalLine = error.cause === undefined ? refusalLines[error.code] : undefined;
    if (refusalLine !== undefined) {
      this.tellOfRefusal(refusalLine, request.path);
    } else if (status >= 500) {
      this.logger.error("request failed", error, { code: error.code, method: request.method, path: request.path, ...error.meta });
    }
    this.onTold(request, error.code);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.retryAfterSeconds !== undefined) {
      response.setHeader("retry-after", String(error.retryAfterSeconds));
    }
    if (this.isForPrograms(request)) {
      const told = thrown instanceof NotFoundException ? noSuchRoute(request.method, request.path) : error;
      response
        .status(status)
        .set(retryHeaders(told, false))
        .json({ error: toOpenAiError(told) });
      return;
    }
    response
      .status(status)
      .type("application/problem+json")
      .send(JSON.stringify(toProblem(error)));
  }

  /** Whoever sends many may not fill the log. */
  private tellOfRefusal(line: string, path: string): void {
    const nowMs = performance.now();
    if (nowMs - (this.toldAtMs.get(line) ?? Number.NEGATIVE_INFINITY) >= refusalLineEveryMs) {
      this.toldAtMs.set(line, nowMs);
      this.logger.warn(line, { path });
    }
  }
}
