import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { ApiProcess } from "../../platform/api-process/api-process.js";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { Logger } from "../../platform/logging/logger.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { sealParts } from "../conversations/message-seal.js";
import { TurnLogService } from "../conversations/turn-log.service.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { orphanEnd } from "./turn-outcome.js";
import { TurnsRepository, type OrphanedTurn } from "./turns.repository.js";

const everyMs = 5_000;

/** What became of a turn whose process died. `left`: for the next process. */
export type TakenOver = "goes_on" | "ends" | "left";

/** Which turns this process runs, and which ones nobody runs any more. */
@Injectable()
export class TurnPresenceService implements OnApplicationBootstrap {
  readonly processId: string;
  private readonly live = new Set<string>();
  private taker: (orphan: OrphanedTurn) => Promise<TakenOver> = async () => "ends";
  private sweep: Promise<void> | null = null;

  constructor(
    private readonly repository: TurnsRepository,
    private readonly log: TurnLogService,
    private readonly crypto: CryptoService,
    private readonly process: ApiProcess,
    private readonly logger: Logger,
    periodic: Periodic,
  ) {
    this.processId = process.id;
    periodic.every(everyMs, { what: "looking for answers of processes that died", run: async () => this.breakOffOrphans() });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.breakOffOrphans();
  }

  /** Before the answer's row is stored, or it would look like an orphan. */
  enter(answerId: string): void {
    this.live.add(answerId);
  }

  leave(answerId: string): void {
    this.live.delete(answerId);
  }

  /** `taker` goes on with a turn whose process has died, if it can. */
  takeOverBy(taker: (orphan: OrphanedTurn) => Promise<TakenOver>): void {
    this.taker = taker;
  }

  /** Goes on with the turns whose process has died, or ends them with the text that their logs hold. */
  async breakOffOrphans(): Promise<void> {
    // Two at once would take the same turn twice.
    this.sweep ??= this.sweepOrphans().finally(() => {
      this.sweep = null;
    });
    return this.sweep;
  }

  private async sweepOrphans(): Promise<void> {
    const orphans = await this.repository.findOrphans(this.processId, [...this.live], this.process.canJudgeOthers());
    let count = 0;
    for (const orphan of orphans) {
      const isToEnd = (await this.goOnWith(orphan)) === "ends";
      count += isToEnd && (await this.breakOff(orphan)) ? 1 : 0;
    }
    if (count > 0) {
      this.logger.warn("answers of a process that died were marked as broken off", { count });
    }
  }

  private async goOnWith(orphan: OrphanedTurn): Promise<TakenOver> {
    const taken = await this.taker(orphan).catch((error: unknown) => {
      if (isDatabaseUnavailable(error)) {
        throw error;
      }
      this.logger.error("the answer of a process that died could not be taken over", error, { answerId: orphan.answerId });
      return "ends" as const;
    });
    if (taken === "goes_on") {
      this.logger.log("an answer of a process that died goes on here", { answerId: orphan.answerId });
    }
    return taken;
  }

  private async breakOff(orphan: OrphanedTurn): Promise<boolean> {
    const { userId, answerId } = orphan;
    const parts = await this.log.partsOf(orphan).catch((error: unknown) => {
      if (isDatabaseUnavailable(error)) {
        throw error;
      }
      // One log that can't be opened must not keep all others from their end.
      this.logger.error("the log of a turn could not be read", error, { answerId });
      return "unreadable" as const;
    });
    const isKnown = parts !== null && parts !== "unreadable";
    const content = isKnown ? sealParts(this.crypto, { userId, messageId: answerId }, parts) : null;
    const isSilent = isKnown ? parts.length === 0 : parts === null;
    return this.repository.endOrphan(orphan, { content, isSilent }, orphanEnd(orphan));
  }
}
