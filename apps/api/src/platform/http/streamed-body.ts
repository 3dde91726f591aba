import type { Request, Response } from "express";
import { AppError } from "../errors/app-error.js";
import { ClientGoneError } from "./gone-signal.js";
import { LeastPace, type PaceLimits } from "./least-pace.js";

/** How a body that is read as it comes is taken. */
interface StreamedBodyLimits {
  /** Without a byte. */
  readonly silenceMs: number;
  readonly wholeMs: number;
  /** Absent: any. */
  readonly pace?: PaceLimits;
  /** What its sender is told when it is too slow. */
  readonly lateWords: string;
}

/**
 * The body of a request as it comes: no more is read than is asked for. Throws `body_too_slow`, which its sender can still be told, or
 * `ClientGoneError` when they left.
 */
export async function* streamedBody(request: Request, response: Response, limits: StreamedBodyLimits): AsyncGenerator<Buffer> {
  if (request.headers.expect !== undefined) {
    response.writeContinue();
  }
  let isLate = false;
  let onLate = (): void => undefined;
  const giveUp = (): void => {
    isLate = true;
    onLate();
  };
  const tooSlow = (): AppError => new AppError("body_too_slow", { detail: limits.lateWords });
  const whole = setTimeout(giveUp, limits.wholeMs);
  const pace = limits.pace === undefined ? null : new LeastPace(limits.pace, giveUp);
  const chunks = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (isLate) {
        throw tooSlow();
      }
      // Of each piece its own: one for all would keep every piece for as long as it waits.
      const late = Promise.withResolvers<never>();
      onLate = () => late.reject(tooSlow());
      const silence = setTimeout(giveUp, limits.silenceMs);
      pace?.wait();
      const next = await Promise.race([nextOf(chunks), late.promise]).finally(() => clearTimeout(silence));
      if (next.done === true) {
        break;
      }
      pace?.moved(next.value.length);
      yield next.value;
    }
  } finally {
    clearTimeout(whole);
    pace?.end();
  }
  if (!request.complete) {
    throw new ClientGoneError();
  }
}

async function nextOf(chunks: AsyncIterator<unknown>): Promise<IteratorResult<Buffer>> {
  try {
    return (await chunks.next()) as IteratorResult<Buffer>;
  } catch {
    throw new ClientGoneError();
  }
}
