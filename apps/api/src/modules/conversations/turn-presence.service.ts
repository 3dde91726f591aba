import { randomUUIDv7 } from "node:crypto";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { Interval } from "@nestjs/schedule";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { SessionLocks } from "../../platform/database/session-locks.js";
import { Logger } from "../../platform/logging/logger.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { processLockPrefix } from "./process-lock.js";
import { TurnsRepository } from "./turns.repository.js";

const everyMs = 5_000;
/** After Postgres dropped connections, the others take their locks again within moments; until then they only look dead. */
const settleMs = 5_000;

/** Which turns this process serves, and which ones nobody serves any more. */
@Injectable()
export class TurnPresenceService implements OnApplicationBootstrap {
  readonly processId = randomUUIDv7();
  readonly #live = new Set<string>();
  #isDatabaseAway = false;

  constructor(
    private readonly repository: TurnsRepository,
    private readonly events: OwnerEventsService,
    private readonly locks: SessionLocks,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.locks.holdForLife(`${processLockPrefix}${this.processId}`);
    await this.breakOffOrphans();
  }

  /** Before the answer's row is stored, or it would look like an orphan. */
  enter(answerId: string): void {
    this.#live.add(answerId);
  }

  leave(answerId: string): void {
    this.#live.delete(answerId);
  }

  isLive(answerId: string): boolean {
    return this.#live.has(answerId);
  }

  /** Marks answers whose process has died as broken off. */
  async breakOffOrphans(): Promise<void> {
    const orphans = await this.repository.breakOffOrphans(this.processId, [...this.#live], this.locks.settledForMs() >= settleMs);
    for (const { conversation_id: conversationId, user_id: userId } of orphans) {
      await this.events.publish(userId, { type: "conversation", conversationId });
    }
    if (orphans.length > 0) {
      this.logger.warn("answers of a process that died were marked as broken off", { count: orphans.length });
    }
  }

  @Interval(everyMs)
  async lookForOrphans(): Promise<void> {
    try {
      await this.breakOffOrphans();
      this.#isDatabaseAway = false;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) {
        this.logger.error("answers of dead processes could not be looked for", error);
      } else if (!this.#isDatabaseAway) {
        this.#isDatabaseAway = true;
        this.logger.warn("answers of dead processes are not looked for: the database can't be reached");
      }
    }
  }
}
