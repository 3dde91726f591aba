import type { OwnerEvent } from "@mosaic/contracts/chat";
import { textOfParts } from "@mosaic/contracts/message-parts";
import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Logger } from "../../platform/logging/logger.js";
import { Notices } from "../../platform/notices/notices.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { openParts } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { PushDeliveriesRepository, type Delivery, type Told } from "./push-deliveries.repository.js";
import { PushDevicesRepository } from "./push-devices.repository.js";
import { atOnce, atOncePerUser, maxFailures, PUSH_LIMITS, type PushLimits } from "./push-limits.js";
import { pushMessageOf } from "./push-message.js";
import { PushSenderService } from "./push-sender.service.js";
import { subscriptionContext, type KeptSubscription, type PushOutcome } from "./push.types.js";

/** Long enough to gather what ends at the same moment, and much shorter than the grace. */
const askWithinMs = 100;

/**
 * Tells devices what their owner does not see. What is to be told is rows, written by the statement that makes a message final; a page in view
 * is asked, and takes them away if it answers. What is left after the grace is sent, by whatever process comes first.
 */
@Injectable()
export class PushDeliveryService implements OnApplicationBootstrap {
  private readonly looks: Loop;
  private readonly asking: Loop;
  /** Messages about which pages are to be asked. */
  private readonly asked = new Set<string>();
  /** How many calls are under way, by user: whose push service is slow keeps nobody else waiting. */
  private readonly busy = new Map<string, number>();

  constructor(
    private readonly deliveries: PushDeliveriesRepository,
    private readonly devices: PushDevicesRepository,
    private readonly sender: PushSenderService,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    private readonly notices: Notices,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @Inject(PUSH_LIMITS) private readonly limits: PushLimits,
    @Inject(CLOCK) private readonly clock: Clock,
    periodic: Periodic,
  ) {
    this.looks = periodic.every(limits.lookEveryMs, { what: "telling devices of answers", run: async () => this.look() });
    this.asking = periodic.every(limits.lookEveryMs, { what: "asking pages that are in view", run: async () => this.askPages() });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_owner_events", {
      onNotice: ({ userId, event }) => {
        const messageId = finalMessageOf(event);
        if (userId === null || messageId === null) {
          return;
        }
        // It was in view when it said so: a laptop that was closed since is told of by nobody until its connection is given up.
        if (this.events.isInView(userId)) {
          this.asked.add(messageId);
          this.asking.runSoon(Math.min(askWithinMs, this.limits.graceMs / 4));
        }
        this.looks.runSoon(this.limits.graceMs + askWithinMs);
      },
      onGap: () => this.looks.runSoon(this.limits.graceMs),
    });
  }

  /** Its owner sees the message: no device is told of it any more. */
  async takeBack(userId: string, messageId: string): Promise<void> {
    await this.deliveries.drop(userId, messageId);
  }

  private async askPages(): Promise<void> {
    const ids = [...this.asked];
    if (ids.length > 0) {
      for (const { userId, messageId } of await this.deliveries.waiting(ids)) {
        this.events.tellPagesInView(userId, { type: "push_due", messageId });
      }
      ids.forEach((id) => this.asked.delete(id));
    }
  }

  private async look(): Promise<void> {
    const underWay = [...this.busy.values()].reduce((sum, count) => sum + count, 0);
    const full = [...this.busy].filter(([, count]) => count >= atOncePerUser).map(([userId]) => userId);
    if (underWay >= atOnce) {
      return;
    }
    for (const delivery of await this.deliveries.claim(atOnce - underWay, full, this.limits)) {
      await this.begin(delivery);
    }
  }

  private async begin(delivery: Delivery): Promise<void> {
    const { userId } = delivery;
    const count = this.busy.get(userId) ?? 0;
    if (count >= atOncePerUser) {
      // Several of one person were claimed together: this one waits for them, and the next look is for others.
      await this.deliveries.release(delivery, this.limits.graceMs);
      this.looks.runSoon(askWithinMs);
      return;
    }
    this.busy.set(userId, count + 1);
    const told = this.tell(delivery)
      // Once more when the lease is over.
      .catch((error: unknown) => this.logger.error("a push failed", error, { userId }))
      .finally(() => {
        const left = (this.busy.get(userId) ?? 1) - 1;
        if (left === 0) {
          this.busy.delete(userId);
        } else {
          this.busy.set(userId, left);
        }
        this.looks.runSoon(askWithinMs);
      });
    this.shutdown.waitFor(told);
  }

  private async tell(delivery: Delivery): Promise<void> {
    // One that was claimed more often ended the process that had it, or can't be opened.
    const isOver = delivery.isStale || delivery.attempts > this.limits.mostAttempts;
    const told = isOver ? null : await this.deliveries.find(delivery, this.clock.now());
    if (told === null) {
      await this.deliveries.end(delivery);
      return;
    }
    const { userId, deviceId } = delivery;
    const opened = this.crypto.open(told.subscriptionEncrypted, subscriptionContext(userId, deviceId));
    const subscription = JSON.parse(opened) as KeptSubscription;
    const outcome = await this.sender.send({ userId, subscription, message: pushMessageOf(told, this.textOf(delivery, told)) });
    await this.conclude(delivery, told, outcome);
  }

  private textOf({ userId, messageId }: Delivery, told: Told): string | null {
    return told.showsText ? textOfParts(openParts(this.crypto, userId, { id: messageId, ...told })) : null;
  }

  private async conclude(delivery: Delivery, { subscriptionEncrypted }: Told, outcome: PushOutcome): Promise<void> {
    const { deviceId, attempts } = delivery;
    if (outcome.kind === "sent") {
      await this.devices.noteSent(deviceId);
      await this.deliveries.end(delivery);
      return;
    }
    // Its other deliveries go along, unless it has another subscription by now.
    if (outcome.kind === "gone" || (await this.devices.noteFailure(deviceId, outcome.words)) >= maxFailures) {
      await this.devices.forget({ id: deviceId, subscriptionEncrypted });
      await this.deliveries.end(delivery);
      return;
    }
    if (outcome.kind === "refused" || attempts >= this.limits.mostAttempts) {
      await this.deliveries.end(delivery);
    } else {
      await this.deliveries.putOff(delivery, Math.max(outcome.retryAfterMs, this.limits.retryMs * 4 ** (attempts - 1)));
    }
  }
}

/** What an event says to be there for good now: an answer, or what an agent said without being asked. */
function finalMessageOf(event: OwnerEvent): string | null {
  if (event.type === "agent_spoke") {
    return event.messageId;
  }
  return event.type === "conversation" && event.turn?.isOver === true ? event.turn.answerId : null;
}
