import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { z } from "zod";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { PostgresChannel } from "../../platform/database/postgres-channel.js";
import type { Caller } from "./auth.types.js";
import { BearerTokensRepository } from "./bearer-tokens.repository.js";
import { endingsChannel, type Ending } from "./session-endings.js";
import { SessionsRepository } from "./sessions.repository.js";

/** Finds what ends by itself: sessions and tokens that expire while a stream is open on them. */
const checkEveryMs = 5_000;

const ending = z.union([
  z.strictObject({ sessionId: z.string() }),
  z.strictObject({ tokenId: z.string() }),
  z.strictObject({ userId: z.string() }),
]);

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
export class LiveCallersService implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #entries = new Set<Entry>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly channel: PostgresChannel,
    private readonly sessions: SessionsRepository,
    private readonly tokens: BearerTokensRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.channel.listen(endingsChannel, (payload) => this.hear(payload));
    this.#timer = setInterval(() => void this.check([...this.#entries]), checkEveryMs);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** To be called for whatever stays open after its answer has begun. */
  follow(caller: Caller): FollowedCaller {
    const entry: Entry = { caller, ended: new AbortController() };
    this.#entries.add(entry);
    // It may have ended between the guard's look and this one.
    void this.check([entry]);
    return { ended: entry.ended.signal, release: () => void this.#entries.delete(entry) };
  }

  private hear(payload: string): void {
    const heard = parse(payload);
    if (heard === null) {
      // The connection was away: something may have been missed.
      void this.check([...this.#entries]);
      return;
    }
    for (const entry of [...this.#entries].filter(({ caller }) => isMeant(caller, heard))) {
      this.end(entry);
    }
  }

  /** A database that is away says nothing about anybody. */
  private async check(entries: readonly Entry[]): Promise<void> {
    const sessionIds = entries.flatMap(({ caller }) => (caller.kind === "session" ? [caller.sessionId] : []));
    const tokenIds = entries.flatMap(({ caller }) => (caller.kind === "token" ? [caller.tokenId] : []));
    const now = this.clock.now();
    const none = new Set<string>();
    const live = await Promise.all([
      sessionIds.length === 0 ? none : this.sessions.findLiveIds(sessionIds, now),
      tokenIds.length === 0 ? none : this.tokens.findLiveIds(tokenIds, now),
    ]).catch(() => null);
    const gone = live === null ? [] : entries.filter(({ caller }) => !live.some((ids) => ids.has(idOf(caller))));
    for (const entry of gone) {
      this.end(entry);
    }
  }

  private end(entry: Entry): void {
    this.#entries.delete(entry);
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

/** `null`: anything may have happened. */
function parse(payload: string): Ending | null {
  try {
    return ending.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}
