import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from "@nestjs/common";
import { ApiProcess } from "../../platform/api-process/api-process.js";
import { Logger } from "../../platform/logging/logger.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SettingsService } from "../settings/settings.service.js";
import { ApiProcessesRepository } from "./api-processes.repository.js";

const lookEveryMs = 5_000;
const forgetEveryMs = 60_000;

/** Lets this process follow a rotation of the secret key, which `mosaic rotate-key` leads, and tells how far it has followed. */
@Injectable()
export class KeyRotationService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly looks: Loop;
  private phase = "";
  private isTold = false;
  private dead: ReadonlySet<string> = new Set();

  constructor(
    private readonly settings: SettingsService,
    private readonly crypto: CryptoService,
    private readonly processes: ApiProcessesRepository,
    private readonly process: ApiProcess,
    private readonly logger: Logger,
    periodic: Periodic,
  ) {
    this.looks = periodic.every(lookEveryMs, { what: "following a rotation of the secret key", run: async () => this.lookUnlessTold() });
    periodic.every(forgetEveryMs, { what: "forgetting dead processes", run: async () => this.forgetDead() });
  }

  async onApplicationBootstrap(): Promise<void> {
    // Listening begins before the first look, so that no phase falls between the two.
    await this.settings.onChange("key_ring", () => this.lookAgain());
    await this.looks.runNow();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.processes.forget([this.process.id]).catch(() => undefined);
  }

  /** Also after a gap, in which others may have taken this process for dead. */
  private lookAgain(): void {
    this.isTold = false;
    void this.looks.runNow();
  }

  /** What can't be read or told is tried again by the next run. */
  private async lookUnlessTold(): Promise<void> {
    if (this.isTold) {
      return;
    }
    this.isTold = true;
    try {
      const ring = await this.settings.get("crypto.key_ring");
      if (ring !== null) {
        this.crypto.follow(ring);
        this.phase = `${ring.to}:${ring.phase}`;
        this.logger.log("following a rotation of the secret key", { phase: ring.phase });
      }
      await this.processes.tell(this.process.id, this.phase);
    } catch (error) {
      this.isTold = false;
      throw error;
    }
  }

  /** Only who was dead at the last look too: one that was cut off for a moment keeps its row. */
  async forgetDead(): Promise<void> {
    const found = this.process.canJudgeOthers() ? await this.processes.findDead() : [];
    await this.processes.forget(found.filter((id) => this.dead.has(id)));
    this.dead = new Set(found);
  }
}
