import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { eventsBetween, partsAfter, type MessagePart } from "@mosaic/contracts/message-parts";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { toProblem } from "../../platform/errors/problem.filter.js";
import { Notices } from "../../platform/notices/notices.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { TurnLogService, type TurnKey } from "../conversations/turn-log.service.js";
import { TurnFeed } from "./turn-feed.js";

/** Finds what no notice told. */
const lookEveryMs = 3_000;

export interface OpenFeed {
  readonly feed: TurnFeed;
  /** The reader has left. Idempotent. */
  release(): void;
}

/** The turns that other processes run, for readers of this one: each log is read once, however many readers it has here. */
@Injectable()
export class FollowedTurns implements OnApplicationBootstrap {
  private readonly followed = new Map<string, FollowedTurn>();

  constructor(
    private readonly log: TurnLogService,
    private readonly notices: Notices,
    private readonly shutdown: Shutdown,
  ) {
    // Whoever reads comes back, to another process.
    shutdown.signal.addEventListener("abort", () => this.followed.forEach(({ feed }) => feed.end(null)), { once: true });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_turns", {
      onNotice: (notice) => {
        if (notice.what === "more" || notice.what === "over") {
          this.followed.get(notice.answerId)?.look();
        } else if (notice.what === "gone") {
          this.lookAtAll();
        }
      },
      onGap: () => this.lookAtAll(),
    });
  }

  /** Throws `not_found` for another's turn as for a missing one. */
  async open(key: TurnKey): Promise<OpenFeed> {
    const message = await this.log.answer(key);
    if (message === null) {
      throw new AppError("not_found");
    }
    if (this.shutdown.signal.aborted) {
      throw new AppError("stopping", { detail: "Ask again in a moment.", retryAfterSeconds: 1 });
    }
    if (message.status !== "streaming") {
      const feed = new TurnFeed();
      feed.end(doneOf(message));
      return { feed, release: () => undefined };
    }
    const turn = this.followed.get(key.answerId) ?? new FollowedTurn(this.log, key, () => this.followed.delete(key.answerId));
    this.followed.set(key.answerId, turn);
    return { feed: turn.feed, release: turn.enter() };
  }

  private lookAtAll(): void {
    for (const turn of this.followed.values()) {
      turn.look();
    }
  }
}

/** As long as it has readers here. */
class FollowedTurn {
  readonly feed = new TurnFeed();
  private readonly timer: NodeJS.Timeout;
  private parts: readonly MessagePart[] = [];
  private readers = 0;
  private isLooking = false;
  private isStale = false;

  constructor(
    private readonly log: TurnLogService,
    private readonly key: TurnKey,
    private readonly onUnread: () => void,
  ) {
    this.timer = setInterval(() => this.look(), lookEveryMs);
    this.timer.unref();
    this.look();
  }

  enter(): () => void {
    this.readers += 1;
    let isIn = true;
    return () => {
      this.readers -= isIn ? 1 : 0;
      isIn = false;
      if (this.readers === 0) {
        clearInterval(this.timer);
        this.onUnread();
      }
    };
  }

  /** Reads what is new; one look at a time. A database that is away is asked again. */
  look(): void {
    this.isStale = true;
    if (!this.isLooking) {
      this.isLooking = true;
      void this.readOn()
        .catch(() => undefined)
        .finally(() => {
          this.isLooking = false;
        });
    }
  }

  private async readOn(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      // Asked first: an answer that is in flight now has its log, unless a notice of its end is on its way.
      const message = await this.log.answer(this.key);
      if (message === null || message.status !== "streaming") {
        clearInterval(this.timer);
        this.end(message);
        return;
      }
      for await (const event of this.log.after(this.key, this.feed.events.length)) {
        this.parts = partsAfter(this.parts, event);
        this.feed.push(event);
      }
    }
  }

  /** The last words may not have been in the log when it was dropped: they are in the answer. */
  private end(message: Message | null): void {
    for (const event of message === null ? [] : eventsBetween(this.parts, message.parts)) {
      this.feed.push(event);
    }
    this.feed.end(message === null ? null : doneOf(message));
  }
}

function doneOf(message: Message): TurnEvent {
  const { error } = message;
  return { type: "done", message, problem: error === null ? null : toProblem(new AppError(error.code, { detail: error.detail })) };
}
