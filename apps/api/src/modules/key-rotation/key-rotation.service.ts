import { randomUUID } from "node:crypto";
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from "@nestjs/common";
import { Logger } from "../../platform/logging/logger.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SettingsService } from "../settings/settings.service.js";
import { ApiProcessesRepository } from "./api-processes.repository.js";

const seenEveryMs = 5_000;
const forgetEveryMs = 3_600_000;

/** Lets this process follow a rotation of the secret key, which `mosaic rotate-key` leads, and tells how far it has followed. */
@Injectable()
export class KeyRotationService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly processId = randomUUID();
  private phase = "";
  private isOver = false;

  constructor(
    private readonly settings: SettingsService,
    private readonly crypto: CryptoService,
    private readonly processes: ApiProcessesRepository,
    private readonly logger: Logger,
    periodic: Periodic,
  ) {
    periodic.every(seenEveryMs, { what: "telling that this process is there", run: async () => this.beSeen() });
    periodic.every(forgetEveryMs, { what: "forgetting dead processes", run: async () => this.processes.forgetDead() });
  }

  async onApplicationBootstrap(): Promise<void> {
    // Listening begins before the first look, so that no phase falls between the two.
    await this.settings.onChange("key_ring", () => void this.look());
    await this.look();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isOver = true;
    await this.processes.forget(this.processId).catch(() => undefined);
  }

  private async beSeen(): Promise<void> {
    if (!this.isOver) {
      await this.processes.see(this.processId, this.phase);
    }
  }

  private async look(): Promise<void> {
    try {
      const ring = await this.settings.get("crypto.key_ring");
      if (ring !== null) {
        this.crypto.follow(ring);
        this.phase = `${ring.to}:${ring.phase}`;
        this.logger.log("following a rotation of the secret key", { phase: ring.phase });
      }
      await this.beSeen();
    } catch (error) {
      this.logger.error("a rotation of the secret key could not be followed", error);
    }
  }
}
