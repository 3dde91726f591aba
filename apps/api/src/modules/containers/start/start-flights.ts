import { setTimeout as sleep } from "node:timers/promises";
import type { StageProgress } from "@mosaic/contracts/agent";
import { problemCode } from "@mosaic/contracts/problem";
import { untilAborted } from "@mosaic/runtime/until-aborted";
import { Injectable } from "@nestjs/common";
import { SessionLocks, type HeldLock } from "../../../platform/database/session-locks.js";
import { AppError } from "../../../platform/errors/app-error.js";
import { Shutdown } from "../../../platform/shutdown/shutdown.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { OwnerEventsService } from "../../owner-events/owner-events.service.js";
import { knownBackend } from "../../backends/backends.types.js";
import { BootQueueService } from "../../boot-queue/boot-queue.service.js";
import { AgentStarter } from "./agent-starter.js";
import { lockKeyOf } from "../container-identity.js";
import { ContainersRepository } from "../containers.repository.js";
import type { AgentTarget, EnsureOptions, RunningAgent } from "../containers.types.js";
import { ContainerRepair } from "../reconcile/container-repair.js";
import { isSame, toRunning } from "../running-agent.js";
import { stoppedMeanwhile } from "./start-failure.js";

const othersPollMs = 200;

type OnStage = (stage: StageProgress) => void;

/** What everybody in this process who wants one agent to run waits for. */
class Flight {
  private readonly listeners = new Set<OnStage>();
  private readonly abandonment = new AbortController();
  private last: StageProgress | null = null;
  readonly distrusted: RunningAgent | undefined;
  isBackground: boolean;
  result: Promise<RunningAgent>;

  constructor({ distrusted, isBackground = false }: EnsureOptions, carry: (flight: Flight) => Promise<RunningAgent>) {
    this.distrusted = distrusted;
    this.isBackground = isBackground;
    this.result = carry(this);
  }

  /** Aborts when nobody waits any more. Who comes later is carried by another flight. */
  get abandoned(): AbortSignal {
    return this.abandonment.signal;
  }

  tell(stage: StageProgress): void {
    this.last = stage;
    for (const listener of this.listeners) {
      listener(stage);
    }
  }

  /** The returned function is to be called once: when the last one leaves, the flight is abandoned. */
  board(listener: OnStage): () => void {
    this.listeners.add(listener);
    if (this.last !== null) {
      listener(this.last);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        this.abandonment.abort(new Error("nobody waits for this start any more"));
      }
    };
  }
}

/** One start per agent: in this process by a map, among processes by the agent's lock. */
@Injectable()
export class StartFlights {
  private readonly flights = new Map<string, Flight>();

  constructor(
    private readonly containers: ContainersRepository,
    private readonly starter: AgentStarter,
    private readonly repair: ContainerRepair,
    private readonly queue: BootQueueService,
    private readonly events: OwnerEventsService,
    private readonly locks: SessionLocks,
    private readonly crypto: CryptoService,
    private readonly shutdown: Shutdown,
  ) {}

  /** A caller whose signal aborts leaves. A start whose turn has not come ends with the last of them; one that boots goes on. */
  async join(agentId: string, options: EnsureOptions): Promise<RunningAgent> {
    const { onStage, signal, distrusted, isBackground = false } = options;
    for (;;) {
      const flight = this.flights.get(agentId) ?? this.begin(agentId, options);
      const leave = flight.board((stage) => onStage?.(stage));
      if (flight.isBackground && !isBackground) {
        flight.isBackground = false;
        void this.queue.bringForward(agentId);
      }
      try {
        signal?.throwIfAborted();
        const running = await (signal === undefined ? flight.result : untilAborted(flight.result, signal));
        // A flight that others had begun may believe what this caller knows not to answer.
        if (!isSame(running, distrusted) || flight.distrusted !== undefined) {
          return running;
        }
      } catch (error) {
        // Those who were there before have left, and it was given up for that: this caller begins another.
        if (!flight.abandoned.aborted || error !== flight.abandoned.reason) {
          throw error;
        }
      } finally {
        leave();
      }
    }
  }

  private begin(agentId: string, options: EnsureOptions): Flight {
    const flight = new Flight(options, async (own) => this.carry(agentId, own));
    this.flights.set(agentId, flight);
    const end = (): void => {
      if (this.flights.get(agentId) === flight) {
        this.flights.delete(agentId);
      }
    };
    // Everybody may have left.
    flight.result.then(end, end);
    return flight;
  }

  private async carry(agentId: string, flight: Flight): Promise<RunningAgent> {
    const { signal } = this.shutdown;
    const { distrusted } = flight;
    /** A start by another process that was seen under way: its end is told here too instead of being tried again. */
    let seenTokenHash: string | null = null;
    for (;;) {
      signal.throwIfAborted();
      const target = await this.require(agentId);
      const running = toRunning(this.crypto, target);
      if (running !== null && !isSame(running, distrusted)) {
        return running;
      }
      assertNotFailed(target, seenTokenHash);
      const lock = await this.locks.tryAcquire(lockKeyOf(agentId));
      if (lock === null) {
        // Nothing of this process stands in the queue: with nobody waiting there is nothing to watch.
        flight.abandoned.throwIfAborted();
        seenTokenHash = await this.watchOthers(agentId, { target, seenTokenHash, flight });
        continue;
      }
      try {
        const outcome = await this.startUnderLock(agentId, lock, flight);
        if (outcome !== null) {
          return outcome;
        }
      } finally {
        await lock.release();
      }
    }
  }

  /** The token's hash of the start that another process has under way. */
  private async watchOthers(
    agentId: string,
    { target, seenTokenHash, flight }: { target: AgentTarget; seenTokenHash: string | null; flight: Flight },
  ): Promise<string | null> {
    const under = target.container?.status === "starting" ? target.container.tokenHash : seenTokenHash;
    if (under !== seenTokenHash && !flight.isBackground) {
      await this.queue.bringForward(agentId);
    }
    await this.waitForOthers(agentId, flight, this.shutdown.signal);
    return under;
  }

  private async startUnderLock(agentId: string, lock: HeldLock, flight: Flight): Promise<RunningAgent | null> {
    const { distrusted, abandoned } = flight;
    const target = await this.require(agentId);
    const running = toRunning(this.crypto, target);
    if (running !== null && !isSame(running, distrusted)) {
      return running;
    }
    const repaired = await this.repair.repair(target);
    const context = {
      lock,
      signal: this.shutdown.signal,
      abandoned,
      isBackground: () => flight.isBackground,
      onStage: (stage: StageProgress) => flight.tell(stage),
    };
    return repaired ?? this.starter.start(await this.require(agentId), context);
  }

  private async require(agentId: string): Promise<AgentTarget> {
    const target = await this.containers.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    // Before its container is looked at: one that nobody here can talk to is not broken.
    knownBackend(target.backend.id);
    return target;
  }

  /** Until another process, which has the lock, tells something; or a moment. */
  private async waitForOthers(agentId: string, flight: Flight, signal: AbortSignal): Promise<void> {
    const told = new AbortController();
    const unwatch = this.events.watchAgent(agentId, ({ stage }) => {
      if (stage !== null) {
        flight.tell(stage);
      } else {
        told.abort();
      }
    });
    try {
      await sleep(othersPollMs, undefined, { signal: AbortSignal.any([told.signal, signal]) }).catch(() => undefined);
    } finally {
      unwatch();
    }
  }
}

/** A start that was waited for and has ended: its failure is this caller's too. */
function assertNotFailed({ container }: AgentTarget, seenTokenHash: string | null): void {
  if (container === null || container.tokenHash !== seenTokenHash) {
    return;
  }
  // Straight to `stopped` goes only a start whose process has died: that one is to be tried again.
  if (container.status !== "error" && container.status !== "stopping") {
    return;
  }
  const code = problemCode.safeParse(container.error?.code);
  throw container.error !== null && code.success ? new AppError(code.data, { detail: container.error.detail }) : stoppedMeanwhile();
}
