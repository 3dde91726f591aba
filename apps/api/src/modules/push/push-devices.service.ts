import { randomUUIDv7 } from "node:crypto";
import type { SessionUser } from "@mosaic/contracts/identity";
import type { PushDevice, PushSettings, PushTest, SavePushDevice } from "@mosaic/contracts/push";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { deviceName } from "../accounts/device-name.js";
import type { SessionCaller } from "../auth/auth.types.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { PushDevicesRepository, type StoredDevice } from "./push-devices.repository.js";
import { maxDevices } from "./push-limits.js";
import { assertPublicKey, PushSenderService } from "./push-sender.service.js";
import { subscriptionContext, type KeptSubscription, type PushOutcome } from "./push.types.js";

/** On which devices somebody is told, and what they want to be told there. */
@Injectable()
export class PushDevicesService {
  constructor(
    private readonly repository: PushDevicesRepository,
    private readonly sender: PushSenderService,
    private readonly outbound: OutboundService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async settings({ user, sessionId }: SessionCaller): Promise<PushSettings> {
    const { publicKey } = await this.sender.keys();
    const devices = await this.repository.list(user.id, this.clock.now());
    return { publicKey, devices: devices.map((device) => deviceOf(device, sessionId)) };
  }

  /** The browser that asks is told from now on. `origin`: where its page is. */
  async save({ user, sessionId }: SessionCaller, body: SavePushDevice, origin: string | undefined): Promise<void> {
    try {
      assertPublicKey(body.subscription);
    } catch {
      throw new AppError("invalid_input", { detail: "The key of the browser's subscription is not valid." });
    }
    const kept: KeptSubscription = { ...body.subscription, origin: origin?.startsWith("https://") === true ? origin : null };
    const result = await this.repository.save({
      userId: user.id,
      sessionId,
      showsText: body.showsText,
      most: maxDevices,
      newId: randomUUIDv7(),
      seal: (id) => this.crypto.seal(JSON.stringify(kept), subscriptionContext(user.id, id)),
    });
    if (result === "session_gone") {
      throw new AppError("unauthenticated");
    }
    if (result === "too_many") {
      throw new AppError("too_many_requests", {
        detail: `Notifications are on for ${maxDevices} devices already. Turn them off on one of them first.`,
        retryAfterSeconds: 60,
      });
    }
  }

  /** Throws `not_found` for another's device as for a missing one. */
  async remove(userId: string, id: string): Promise<void> {
    if (!(await this.repository.remove(userId, id))) {
      throw new AppError("not_found");
    }
  }

  /** Sends one now, and tells what became of it. Throws `not_found` as `remove` does. */
  async test({ id: userId, language }: SessionUser, id: string): Promise<PushTest> {
    const device = await this.repository.find(userId, id);
    if (device === null) {
      throw new AppError("not_found");
    }
    const subscription = JSON.parse(this.crypto.open(device.subscriptionEncrypted, subscriptionContext(userId, id))) as KeptSubscription;
    const message = { kind: "test", agent: "Mosaic", conversationId: null, text: null, language } as const;
    const outcome = await this.outbound.test(userId, async () => this.sender.send({ userId, subscription, message }));
    return this.concluded(device, outcome);
  }

  private async concluded(device: StoredDevice, outcome: PushOutcome): Promise<PushTest> {
    const { id } = device;
    if (outcome.kind === "sent") {
      await this.repository.noteSent(id);
      return { isSent: true, detail: null };
    }
    if (outcome.kind === "gone") {
      await this.repository.forget(device);
      return {
        isSent: false,
        detail: "The browser has given up its subscription, so notifications were turned off for it. Turn them on again there.",
      };
    }
    await this.repository.noteFailure(id, outcome.words);
    return { isSent: false, detail: outcome.words };
  }
}

function deviceOf({ id, sessionId, userAgent, showsText, fault, createdAt }: StoredDevice, currentId: string): PushDevice {
  return { id, device: deviceName(userAgent), isCurrent: sessionId === currentId, showsText, fault, createdAt: createdAt.toISOString() };
}
