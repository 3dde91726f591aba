import type { CallHandler, ExecutionContext, NestInterceptor } from "@nestjs/common";
import type { Request, Response } from "express";
import { finalize, type Observable } from "rxjs";
import { FairGate } from "../pressure/fair-gate.js";
import type { Admission } from "./admission.js";
import { goneSignal } from "./gone-signal.js";

/** A request that is not answered by then waits for something else than the event loop, as streams and connection tests do. */
const longestTurnMs = 250;

const limits = {
  atOnce: 64,
  atOncePerKey: 4,
  waiting: 4_000,
  waitingPerKey: 100,
  longestWaitMs: 10_000,
  words: {
    ofKey: "You have sent too many requests at once. This one changed nothing: try again in a few seconds.",
    inAll: "Mosaic has too many requests to answer right now. This one changed nothing: try again in a few seconds.",
  },
} as const;

/**
 * Works on a few requests of one person at a time, so that many answers that are dear to make don't come due in one turn of the event loop. People
 * take turns: whoever sends a thousand requests waits behind their own.
 */
export class FairTurnsInterceptor implements NestInterceptor {
  private readonly gate = new FairGate(limits);

  constructor(private readonly admission: Admission) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const caller = this.admission.callerOf(http.getRequest<Request>());
    if (caller === undefined) {
      return next.handle();
    }
    const leave = await this.gate.enter(caller, goneSignal(http.getResponse<Response>()));
    const turn = setTimeout(leave, longestTurnMs);
    return next.handle().pipe(
      finalize(() => {
        clearTimeout(turn);
        leave();
      }),
    );
  }
}
