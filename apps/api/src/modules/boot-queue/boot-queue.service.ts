import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { SessionLocks } from "../../platform/database/session-locks.js";
import { Notices } from "../../platform/notices/notices.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { engineObstacle, RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { BootQueueRepository } from "./boot-queue.repository.js";
import type { BootRequest, BootWaiting } from "./boot-queue.types.js";
import { bootSlots } from "./boot-slots.js";

/** What is told by a notification is looked at at once; this is for what is not: a process that died, a notification that was lost. */
const everyMs = 1_000;
/** After Postgres dropped connections the other processes take their locks again first. */
const judgingAfterMs = 1_500;

interface Waiter extends BootWaiting {
  readonly request: BootRequest;
  readonly enteredAt: Date;
  readonly admitted: PromiseWithResolvers<void>;
  place: number | null;
}

/**
 * The queue in which agents wait to boot, shared by all processes of this installation. It goes round the people, so that one with many agents
 * lets the others in. Each process looks after its own waiters with one query, however many they are.
 */
@Injectable()
export class BootQueueService implements OnApplicationBootstrap {
  private readonly waiters = new Map<string, Waiter>();
  private readonly looks: Loop;

  constructor(
    private readonly repository: BootQueueRepository,
    private readonly notices: Notices,
    private readonly locks: SessionLocks,
    private readonly host: RuntimeHostService,
    @Inject(ENV) private readonly env: Env,
    periodic: Periodic,
  ) {
    this.looks = periodic.every(everyMs, {
      what: "looking at the queue of starts",
      run: async () => this.look(),
      obstacleOf: engineObstacle,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_boot_queue", { onNotice: () => void this.looks.runNow(), onGap: () => void this.looks.runNow() });
  }

  /**
   * Resolves when it is this start's turn, with what gives the turn back: idempotent, never rejects. Rejects with `signal`'s reason, and then the
   * place is free. A database that goes away meanwhile costs time, not the place.
   */
  async enter(request: BootRequest, waiting: BootWaiting): Promise<() => Promise<void>> {
    const { startId } = request;
    const leave = async (): Promise<void> => this.leave(startId);
    waiting.signal.throwIfAborted();
    await this.repository.enter(request, null);
    const waiter: Waiter = { ...waiting, request, enteredAt: new Date(), admitted: Promise.withResolvers(), place: null };
    const onAbort = (): void => waiter.admitted.reject(waiting.signal.reason);
    waiting.signal.addEventListener("abort", onAbort, { once: true });
    if (waiting.signal.aborted) {
      onAbort();
    }
    this.waiters.set(startId, waiter);
    void this.looks.runNow();
    try {
      await waiter.admitted.promise;
      return leave;
    } catch (error) {
      await leave();
      throw error;
    } finally {
      this.waiters.delete(startId);
      waiting.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Somebody waits by now for this agent's start, in whatever process it is. Never rejects. */
  async bringForward(agentId: string): Promise<void> {
    await this.repository.bringForward(agentId).catch(() => undefined);
  }

  /** Whether a start that nobody waits for would have to wait. */
  async isBusyInBackground(): Promise<boolean> {
    return this.repository.isBusyInBackground();
  }

  private async leave(startId: string): Promise<void> {
    // A place that can't be given back now is free as soon as the agent's lock is.
    await this.repository.leave(startId).catch(() => undefined);
  }

  private async look(): Promise<void> {
    if (this.waiters.size === 0) {
      return;
    }
    const cores = await (await this.host.runtime()).cores();
    await this.repository.admit(bootSlots(cores, this.env.MOSAIC_STARTS_AT_ONCE), this.locks.undisturbedForMs() >= judgingAfterMs);
    const waiters = [...this.waiters.values()];
    const standings = new Map(
      (await this.repository.standings(waiters.map(({ request }) => request.startId))).map((standing) => [standing.startId, standing]),
    );
    for (const waiter of waiters) {
      const standing = standings.get(waiter.request.startId);
      if (standing === undefined) {
        await this.comeBack(waiter);
      } else if (!standing.isUnderWay) {
        waiter.onSuperseded();
      } else if (standing.place === null) {
        waiter.admitted.resolve();
      } else if (standing.place !== waiter.place) {
        waiter.place = standing.place;
        waiter.onPlace(standing.place);
      }
    }
  }

  /** Its place was taken for a dead process's while its lock was lost for a moment. */
  private async comeBack({ request, enteredAt }: Waiter): Promise<void> {
    if (this.waiters.has(request.startId)) {
      await this.repository.enter(request, enteredAt);
    }
  }
}
