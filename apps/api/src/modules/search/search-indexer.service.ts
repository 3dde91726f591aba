import type { KeyObject } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { textOfParts } from "@mosaic/contracts/message-parts";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { SessionLocks } from "../../platform/database/session-locks.js";
import { Logger } from "../../platform/logging/logger.js";
import { Notices } from "../../platform/notices/notices.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { openParts, titleContext } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SealError } from "../crypto/sealed-box.js";
import { featuresOf, tokenOf } from "./index-tokens.js";
import type { UnindexedMessage, UnindexedTitle } from "./search.types.js";
import { SearchIndexRepository } from "./search-index.repository.js";
import { SearchKeysService } from "./search-keys.service.js";

const lookEveryMs = 5_000;
/** After something was said or named. */
const soonMs = 250;
const atOnce = 50;
const sealedBytesAtOnce = 2 * 1024 * 1024;
/** Of one batch, after which the same time is left to others: at most half of a processor goes into an upgrade's old messages. */
const shortestPauseMs = 5;
const longestPauseMs = 2_000;
const lockKey = "mosaic:search-index";
/** Of each owner whose texts are in a batch: the words of one person are much the same. */
const mostKnownTokens = 20_000;

/**
 * Makes what was said ready to be found: final messages and titles, the newest first, in one process of all. What is to be indexed is told by the
 * rows themselves, so nothing is forgotten whoever wrote it, and whatever process died in the middle.
 */
@Injectable()
export class SearchIndexerService implements OnApplicationBootstrap {
  private readonly rounds: Loop;

  constructor(
    private readonly repository: SearchIndexRepository,
    private readonly keys: SearchKeysService,
    private readonly crypto: CryptoService,
    private readonly locks: SessionLocks,
    private readonly notices: Notices,
    private readonly logger: Logger,
    periodic: Periodic,
  ) {
    this.rounds = periodic.every(lookEveryMs, { what: "making messages ready to be found", run: async (signal) => this.round(signal) });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_owner_events", {
      onNotice: ({ event }) => (event.type === "conversation" ? this.rounds.runSoon(soonMs) : undefined),
      onGap: () => this.rounds.runSoon(soonMs),
    });
  }

  /** Resolves once all that is final now was looked at, or another process does it. */
  async catchUp(): Promise<void> {
    await this.rounds.runNow();
  }

  private async round(signal: AbortSignal): Promise<void> {
    if (!(await this.hasWork())) {
      return;
    }
    const lock = await this.locks.tryAcquire(lockKey);
    if (lock === null) {
      // Whoever has it may have looked for the last time already.
      this.rounds.runSoon(2 * soonMs);
      return;
    }
    try {
      await this.indexAll(AbortSignal.any([signal, lock.lost]));
    } finally {
      await lock.release();
    }
  }

  private async hasWork(): Promise<boolean> {
    return (await this.repository.messagesToIndex(1, 1)).length > 0 || (await this.repository.titlesToIndex(1)).length > 0;
  }

  private async indexAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedAt = performance.now();
      const count = (await this.indexTitles()) + (await this.indexMessages());
      if (count === 0) {
        return;
      }
      const pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, performance.now() - startedAt));
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async indexMessages(): Promise<number> {
    const found = await this.repository.messagesToIndex(atOnce, sealedBytesAtOnce);
    const tokens = await this.tokensOf(found, (message) => textOfParts(openParts(this.crypto, message.userId, message)));
    return found.length === 0
      ? 0
      : this.repository.indexMessages(
          found.map(({ id, userId, version }, index) => ({ id, userId, version, tokens: tokens[index] ?? null })),
        );
  }

  private async indexTitles(): Promise<number> {
    const found = await this.repository.titlesToIndex(atOnce);
    const tokens = await this.tokensOf(found, ({ id, userId, titleEncrypted }) =>
      this.crypto.open(titleEncrypted, titleContext(userId, id)),
    );
    return found.length === 0 ? 0 : this.repository.indexTitles(found.map((title, index) => ({ ...title, tokens: tokens[index] ?? null })));
  }

  /** `null` for each that is not to be found. */
  private async tokensOf<Row extends UnindexedMessage | UnindexedTitle>(
    rows: readonly Row[],
    textOf: (row: Row) => string,
  ): Promise<(string | null)[]> {
    const makers = new Map<string, TokenMaker>();
    const tokens: (string | null)[] = [];
    for (const row of rows) {
      if (!row.isListed) {
        tokens.push(null);
        continue;
      }
      const maker = makers.get(row.userId) ?? new TokenMaker(await this.keys.findOrMake(row.userId));
      makers.set(row.userId, maker);
      tokens.push(await maker.tokensOf(this.textOrNothing(row, textOf)));
    }
    return tokens;
  }

  /** What does not open is not found, and keeps nothing else from being found. Whoever reads it is told. */
  private textOrNothing<Row extends { readonly id: string }>(row: Row, textOf: (row: Row) => string): string {
    try {
      return textOf(row);
    } catch (error) {
      this.logger.warn(
        error instanceof SealError ? "a text that does not open can't be found" : "a text that can't be read can't be found",
        {
          id: row.id,
        },
      );
      return "";
    }
  }
}

/** Of one owner. Remembers what it has made, since most words of a text were in the one before. */
class TokenMaker {
  private readonly made = new Map<string, string>();

  constructor(private readonly key: KeyObject | null) {}

  async tokensOf(text: string): Promise<string> {
    const { key } = this;
    if (key === null) {
      return "";
    }
    const tokens = new Set<string>();
    for (const feature of await featuresOf(text)) {
      const token = this.made.get(feature) ?? tokenOf(key, feature);
      if (this.made.size < mostKnownTokens) {
        this.made.set(feature, token);
      }
      tokens.add(token);
    }
    return [...tokens].join(" ");
  }
}
