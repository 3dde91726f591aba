import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import type { Ending } from "../../platform/notices/channels.js";
import { Notices } from "../../platform/notices/notices.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import type { Caller } from "./auth.types.js";
import { BearerTokensRepository } from "./bearer-tokens.repository.js";
import { SessionsRepository } from "./sessions.repository.js";

/** Finds what ends by itself: sessions and tokens that expire while a stream is open on them. */
const checkEveryMs = 5_000;

/** Longer than a request waits before something is opened. */
const endingsKeptMs = 60_000;

interface Entry {
  readonly caller: Caller;
  readonly ended: AbortController;
}

export interface FollowedCaller {
  /** Aborts when the caller may not go on: signed out, revoked, disabled, deleted or expired. */
  readonly ended: AbortSignal;
  /** The stream is over. Idempotent. */
  release(): void;
}

/** Knows who has something open at this process, and hears from all others when somebody's session or token ends. */
@Injectable()
export class LiveCallersService implements OnApplicationBootstrap {
  private readonly entries = new Set<Entry>();
  /** When what was heard to end ended, on this process' own clock: the oldest first. */
  private readonly endedAtMs = new Map<string, number>();
  private gapAtMs = -Infinity;
  private readonly checks: Loop;

  constructor(
    private readonly notices: Notices,
    private readonly sessions: SessionsRepository,
    private readonly tokens: BearerTokensRepository,
    periodic: Periodic,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.checks = periodic.every(checkEveryMs, { what: "looking for sessions that ended", run: async () => this.check([...this.entries]) });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_sessions", {
      onNotice: (ending) => this.hear(ending),
      onGap: () => {
        this.gapAtMs = performance.now();
        void this.checks.runNow();
      },
    });
  }

  /** To be called for whatever stays open after its answer has begun. */
  follow(caller: Caller): FollowedCaller {
    const entry: Entry = { caller, ended: new AbortController() };
    this.entries.add(entry);
    // It may have ended between the guard's look and this one. Whoever has heard everything since then knows without asking.
    if (this.mayHaveEnded(caller)) {
      this.check([entry]).catch(() => undefined);
    }
    return { ended: entry.ended.signal, release: () => void this.entries.delete(entry) };
  }

  private mayHaveEnded(caller: Caller): boolean {
    const { askedAtMs } = caller;
    const isLongAgo = performance.now() - askedAtMs > endingsKeptMs;
    const isHeard = [`user ${caller.user.id}`, `${caller.kind} ${idOf(caller)}`].some(
      (key) => (this.endedAtMs.get(key) ?? -Infinity) >= askedAtMs,
    );
    return isLongAgo || isHeard || !this.notices.isHearing || this.gapAtMs >= askedAtMs;
  }

  private hear(ending: Ending): void {
    this.remember(ending);
    for (const entry of [...this.entries].filter(({ caller }) => isMeant(caller, ending))) {
      this.end(entry);
    }
  }

  private remember(ending: Ending): void {
    const nowMs = performance.now();
    for (const [key, atMs] of this.endedAtMs) {
      if (nowMs - atMs <= endingsKeptMs) {
        break;
      }
      this.endedAtMs.delete(key);
    }
    const key =
      "userId" in ending ? `user ${ending.userId}` : "sessionId" in ending ? `session ${ending.sessionId}` : `token ${ending.tokenId}`;
    this.endedAtMs.delete(key);
    this.endedAtMs.set(key, nowMs);
  }

  /** Rejects when the database is away, which says nothing about anybody. */
  private async check(entries: readonly Entry[]): Promise<void> {
    const sessionIds = entries.flatMap(({ caller }) => (caller.kind === "session" ? [caller.sessionId] : []));
    const tokenIds = entries.flatMap(({ caller }) => (caller.kind === "token" ? [caller.tokenId] : []));
    const now = this.clock.now();
    const none = new Set<string>();
    const live = await Promise.all([
      sessionIds.length === 0 ? none : this.sessions.findLiveIds(sessionIds, now),
      tokenIds.length === 0 ? none : this.tokens.findLiveIds(tokenIds, now),
    ]);
    const gone = entries.filter(({ caller }) => !live.some((ids) => ids.has(idOf(caller))));
    for (const entry of gone) {
      this.end(entry);
    }
  }

  private end(entry: Entry): void {
    this.entries.delete(entry);
    entry.ended.abort(new Error("the session ended"));
  }
}

function idOf(caller: Caller): string {
  return caller.kind === "session" ? caller.sessionId : caller.tokenId;
}

function isMeant(caller: Caller, heard: Ending): boolean {
  if ("userId" in heard) {
    return caller.user.id === heard.userId;
  }
  return "sessionId" in heard
    ? caller.kind === "session" && caller.sessionId === heard.sessionId
    : caller.kind === "token" && caller.tokenId === heard.tokenId;
}
