import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { partsAfter, type MessagePart } from "@mosaic/contracts/message-parts";
import { Injectable } from "@nestjs/common";
import { CryptoService } from "../crypto/crypto.service.js";
import { eventsContext, openMessage } from "./message-seal.js";
import { TurnLogRepository } from "./turn-log.repository.js";

const rowsAtOnce = 100;

/** Whose turn it is. Its id is the answer's. */
export interface TurnKey {
  readonly userId: string;
  readonly answerId: string;
}

/** What turns in flight have said so far, sealed for their owner. */
@Injectable()
export class TurnLogService {
  constructor(
    private readonly repository: TurnLogRepository,
    private readonly crypto: CryptoService,
  ) {}

  /** `seq`: the number of the first of them. False if the answer is final or gone, or the turn is no longer that process'. Idempotent. */
  async append({ userId, answerId }: TurnKey, processId: string, seq: number, events: readonly TurnEvent[]): Promise<boolean> {
    const payloadEncrypted = this.crypto.seal(JSON.stringify(events), eventsContext(userId, answerId, seq));
    return this.repository.append(answerId, processId, { seq, payloadEncrypted });
  }

  /** Every event after the first `count`, in their order. */
  async *after({ userId, answerId }: TurnKey, count: number): AsyncGenerator<TurnEvent> {
    let next = count + 1;
    for (;;) {
      const rows = await this.repository.read(answerId, next, rowsAtOnce);
      for (const { seq, payloadEncrypted } of rows) {
        const events = JSON.parse(this.crypto.open(payloadEncrypted, eventsContext(userId, answerId, seq))) as TurnEvent[];
        yield* events;
        next = seq + events.length;
      }
      if (rows.length < rowsAtOnce) {
        return;
      }
    }
  }

  /** All that is logged. */
  async eventsOf(key: TurnKey): Promise<readonly TurnEvent[]> {
    const events: TurnEvent[] = [];
    for await (const event of this.after(key, 0)) {
      events.push(event);
    }
    return events;
  }

  /** The answer so far. `null` when nothing is logged: it is final, or has not begun to be. */
  async partsOf(key: TurnKey): Promise<readonly MessagePart[] | null> {
    let parts: readonly MessagePart[] | null = null;
    for await (const event of this.after(key, 0)) {
      parts = partsAfter(parts ?? [], event);
    }
    return parts;
  }

  /** `null` if the user has no such answer. While it is in flight its text is in the log. */
  async answer({ userId, answerId }: TurnKey): Promise<Message | null> {
    const stored = await this.repository.findAnswer(userId, answerId);
    return stored === null ? null : openMessage(this.crypto, userId, stored);
  }
}
