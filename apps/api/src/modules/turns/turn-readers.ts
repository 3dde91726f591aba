import type { TurnEvent } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { EventStream } from "../../platform/http/event-stream.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import type { Caller } from "../auth/auth.types.js";
import { LiveCallersService } from "../auth/live-callers.service.js";
import { FollowedTurns, type OpenFeed } from "./followed-turns.js";
import type { RunningTurn } from "./running-turn.js";
import { TurnEngine } from "./turn-engine.js";
import { TURN_LIMITS, type TurnLimits } from "./turn-limits.js";

/** Who reads turns here. A reader comes and goes, on whatever process: the turn does not care. */
@Injectable()
export class TurnReaders {
  private readonly countOf = new Map<string, number>();

  constructor(
    private readonly engine: TurnEngine,
    private readonly followed: FollowedTurns,
    private readonly callers: LiveCallersService,
    private readonly shutdown: Shutdown,
    @Inject(TURN_LIMITS) private readonly limits: TurnLimits,
  ) {}

  /** To whoever has sent the message: from the beginning. */
  async answer(caller: Caller, response: Response, turn: RunningTurn): Promise<void> {
    const leave = this.enter(caller.user.id);
    await this.serve(caller, response, { feed: turn.feed, release: leave }, 0);
  }

  /** What comes after the event of number `after`. Throws `not_found`, `invalid_input` or `too_many_requests` before the stream begins. */
  async follow(caller: Caller, response: Response, answerId: string, after: number): Promise<void> {
    const userId = caller.user.id;
    this.assertRoom(userId);
    const leave = this.enter(userId);
    try {
      const { feed, release } = await this.open(userId, answerId, after);
      await this.serve(caller, response, { feed, release }, after);
    } finally {
      leave();
    }
  }

  /** For a reader that is no page: from the beginning. Whoever asks releases it. Throws as `follow` does. */
  async openFor(userId: string, answerId: string): Promise<OpenFeed> {
    this.assertRoom(userId);
    const leave = this.enter(userId);
    try {
      const { feed, release } = await this.open(userId, answerId, 0);
      return {
        feed,
        release: () => {
          release();
          leave();
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  private assertRoom(userId: string): void {
    if ((this.countOf.get(userId) ?? 0) >= this.limits.readersPerUser) {
      throw new AppError("too_many_requests", {
        detail: `You follow answers in ${this.limits.readersPerUser} places already. Close some of them.`,
        retryAfterSeconds: 10,
      });
    }
  }

  private async open(userId: string, answerId: string, after: number): Promise<OpenFeed> {
    const running = this.engine.find(userId, answerId);
    if (running === undefined) {
      return this.followed.open({ userId, answerId });
    }
    if (!running.feed.canHaveTold(after)) {
      throw new AppError("invalid_input", {
        detail: "This answer has no event of that number yet. Ask without a number to read it from its beginning.",
      });
    }
    return { feed: running.feed, release: () => undefined };
  }

  /** Resolves when the reader has everything, or has left, or may not read on. */
  private async serve(caller: Caller, response: Response, { feed, release }: OpenFeed, after: number): Promise<void> {
    const stream = new EventStream<TurnEvent>(response);
    const { ended, release: forget } = this.callers.follow(caller);
    // What was written for somebody who may see nothing any more, and not sent yet, is not sent.
    ended.addEventListener("abort", () => response.destroy(), { once: true });
    const reading = this.pass(stream, feed, after, AbortSignal.any([ended, stream.left])).finally(() => {
      forget();
      release();
      stream.end();
    });
    this.shutdown.waitFor(reading);
    await reading;
  }

  private async pass(stream: EventStream<TurnEvent>, feed: OpenFeed["feed"], after: number, signal: AbortSignal): Promise<void> {
    for await (const { number, event } of feed.follow(after, signal)) {
      await stream.send(event, number);
    }
  }

  private enter(userId: string): () => void {
    this.countOf.set(userId, (this.countOf.get(userId) ?? 0) + 1);
    let isIn = true;
    return () => {
      const count = (this.countOf.get(userId) ?? 0) - (isIn ? 1 : 0);
      isIn = false;
      if (count > 0) {
        this.countOf.set(userId, count);
      } else {
        this.countOf.delete(userId);
      }
    };
  }
}
