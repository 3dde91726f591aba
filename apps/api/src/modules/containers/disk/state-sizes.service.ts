import { sizeWords } from "@mosaic/contracts/disk-words";
import { RuntimeError } from "@mosaic/runtime/agent-runtime";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import { SessionLocks } from "../../../platform/database/session-locks.js";
import { Logger } from "../../../platform/logging/logger.js";
import type { Loop } from "../../../platform/periodic/loop.js";
import { Periodic } from "../../../platform/periodic/periodic.js";
import { engineObstacle, RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { stopGraceMs } from "../start/agent-boot.js";
import { lockKeyOf } from "../container-identity.js";
import { ContainersRepository } from "../containers.repository.js";
import { ContainerStatusWriter } from "../container-status.js";
import { aboveLimitWords, mustStop } from "./disk-limits.js";
import { StateSizesRepository, type StateToMeasure } from "./state-sizes.repository.js";
import { imageOf } from "../start/workload.js";

const everyMs = 30_000;
/** How old the size of an agent that runs may get. */
const measuredEveryMs = 60_000;
const atOnce = 16;
/** Of one round: more agents than these batches hold in a minute are measured less often. */
const maxBatches = 16;

/** Measures what agents keep on the disk, and stops those that keep too much. No connection is held while the engine measures. */
@Injectable()
export class StateSizesService {
  private readonly rounds: Loop;

  constructor(
    private readonly repository: StateSizesRepository,
    private readonly containers: ContainersRepository,
    private readonly status: ContainerStatusWriter,
    private readonly host: RuntimeHostService,
    private readonly locks: SessionLocks,
    private readonly logger: Logger,
    periodic: Periodic,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const run = async (signal: AbortSignal): Promise<void> => this.round(signal);
    this.rounds = periodic.every(everyMs, { what: "measuring what agents keep", run, obstacleOf: engineObstacle });
  }

  /** All that are due. Never rejects. */
  async measure(): Promise<void> {
    await this.rounds.runNow();
  }

  /** How many agents are near or above their limit. */
  async summary(): Promise<{ near: number; above: number }> {
    return this.repository.summary();
  }

  /** In batches, as many as a round may have. */
  private async round(signal: AbortSignal): Promise<void> {
    if ((await this.host.kind()) !== null) {
      let batches = 1;
      while ((await this.measureBatch()) === atOnce && batches < maxBatches && !signal.aborted) {
        batches++;
      }
    }
  }

  /** How many were due. */
  private async measureBatch(): Promise<number> {
    const now = this.clock.now();
    const claimed = await this.repository.claim(new Date(now.getTime() - measuredEveryMs), now, atOnce);
    if (claimed.length === 0) {
      return 0;
    }
    const sizes = await this.sizesOf(claimed);
    for (const state of claimed) {
      const bytes = sizes.get(state.name);
      if (bytes !== undefined) {
        await this.repository.store(state.agentId, bytes);
        await this.judge(state, bytes);
      }
    }
    return claimed.length;
  }

  private async sizesOf(claimed: readonly StateToMeasure[]): Promise<ReadonlyMap<string, number>> {
    try {
      const runtime = await this.host.runtime();
      return await runtime.measureStates(
        claimed.map(({ agentId, name, backendId, image }) => ({ agentId, name, image: imageOf({ id: backendId, image }) })),
      );
    } catch (error) {
      if (error instanceof RuntimeError && error.code !== "unreachable") {
        // It is these agents' own fault (an image without a shell): the others of this round are still measured.
        this.logger.warn("sizes of agents' states could not be measured", { reason: error.message });
        return new Map();
      }
      // Nothing was looked at: one that rests would not be due again.
      await this.repository.giveBack(claimed.map(({ agentId }) => agentId));
      throw error;
    }
  }

  private async judge({ agentId, formerBytes, limitBytes }: StateToMeasure, bytes: number): Promise<void> {
    const runningMs = bytes > limitBytes ? await this.repository.runningMs(agentId) : null;
    if (runningMs === null || !mustStop({ bytes, formerBytes, limitBytes, runningMs })) {
      return;
    }
    // Who has the lock is starting or stopping it: the next batch sees.
    const lock = await this.locks.tryAcquire(lockKeyOf(agentId));
    if (lock === null) {
      return;
    }
    try {
      const target = await this.containers.find(agentId);
      if (target?.container?.status !== "running") {
        return;
      }
      const error = { code: "agent_disk_limit", detail: aboveLimitWords({ bytes, limitBytes }) };
      if (await this.status.change(target, "failed", { stage: null, endpoint: null, error }, { tokenHash: target.container.tokenHash })) {
        this.logger.warn("an agent above its limit of disk was stopped", { agentId, size: sizeWords(bytes), limit: sizeWords(limitBytes) });
        await (await this.host.runtime()).stop(target.container.name, stopGraceMs);
      }
    } finally {
      await lock.release();
    }
  }
}
