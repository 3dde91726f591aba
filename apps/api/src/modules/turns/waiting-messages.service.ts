import { randomUUIDv7 } from "node:crypto";
import { maxWaitingMessages, type WaitingMessage } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { openWaiting, waitingContext } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { TurnEngine } from "./turn-engine.js";
import { TurnsService } from "./turns.service.js";
import { WaitingMessagesRepository } from "./waiting-messages.repository.js";

const everyMs = 5_000;
const leftAtOnce = 50;
const leftWithinMs = 24 * 60 * 60_000;

/** Messages that wait for the end of the answer under way, whoever is there to see it. */
@Injectable()
export class WaitingMessagesService {
  constructor(
    private readonly repository: WaitingMessagesRepository,
    private readonly turns: TurnsService,
    private readonly engine: TurnEngine,
    private readonly crypto: CryptoService,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    periodic: Periodic,
  ) {
    engine.afterWaitedFor(async ({ conversationId }) => this.sendNext(conversationId));
    periodic.every(everyMs, { what: "sending messages that waited", run: async () => this.sendLeft() });
  }

  /** Throws `not_found`, `nothing_to_wait_for` if no answer is under way, or `too_many_requests`; then nothing was stored. */
  async add(userId: string, conversationId: string, content: string): Promise<WaitingMessage> {
    const id = randomUUIDv7();
    const now = this.clock.now();
    const contentEncrypted = this.crypto.seal(content, waitingContext(userId, id));
    const result = await this.repository.add(userId, conversationId, { id, contentEncrypted, most: maxWaitingMessages, now });
    switch (result) {
      case "added":
        break;
      case "not_found":
        throw new AppError("not_found");
      case "nothing_answers":
        throw new AppError("nothing_to_wait_for", { detail: "No answer is under way in this conversation. Send the message instead." });
      case "too_many":
        throw new AppError("too_many_requests", {
          detail: `${maxWaitingMessages} messages wait in this conversation already. Take one back, or wait until one was sent.`,
          retryAfterSeconds: 5,
        });
    }
    // The answer may have ended between its look for who waits and the end of this transaction.
    await this.sendNext(conversationId);
    return { id, content, isNext: false, createdAt: now.toISOString() };
  }

  /** Throws `not_found` for another's conversation as for a missing one. */
  async list(userId: string, conversationId: string): Promise<WaitingMessage[]> {
    const stored = await this.repository.list(userId, conversationId);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return stored.map((one) => openWaiting(this.crypto, userId, one));
  }

  /** Throws `not_found` for another's message, and for one that was sent meanwhile. */
  async takeBack(userId: string, id: string): Promise<void> {
    if (!(await this.repository.remove(userId, id))) {
      throw new AppError("not_found");
    }
  }

  /** Stops the answer that it waits for, and sends it next. Throws `not_found` for another's message, and for one that was sent meanwhile. Idempotent. */
  async sendNow(userId: string, id: string): Promise<void> {
    const put = await this.repository.putNext(userId, id);
    if (put === null) {
      throw new AppError("not_found");
    }
    if (put.answerId === null) {
      await this.sendNext(put.conversationId);
    } else {
      await this.turns.requestStop(userId, put.answerId);
    }
  }

  /** Sends the next waiting message of a conversation, if it may be sent now. If not, a later call tries again. */
  private async sendNext(conversationId: string): Promise<void> {
    if (this.shutdown.signal.aborted) {
      return;
    }
    try {
      const next = await this.repository.findNext(conversationId);
      if (next !== null) {
        const { id: waitingId, userId } = next;
        const content = this.crypto.open(next.contentEncrypted, waitingContext(userId, waitingId));
        this.engine.start(await this.turns.begin({ userId, conversationId, content, waitingId }), false);
      }
    } catch (error) {
      if (!(error instanceof AppError) && !isDatabaseUnavailable(error)) {
        this.logger.error("a message that waited could not be sent", error, { conversationId });
      }
    }
  }

  private async sendLeft(): Promise<void> {
    const since = new Date(this.clock.now().getTime() - leftWithinMs);
    for (const conversationId of await this.repository.findLeft(since, leftAtOnce)) {
      await this.sendNext(conversationId);
    }
  }
}
