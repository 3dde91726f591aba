import { setTimeout as sleep } from "node:timers/promises";
import type { StageProgress } from "@mosaic/contracts/agent";
import { problemCode } from "@mosaic/contracts/problem";
import { Injectable } from "@nestjs/common";
import { SessionLocks, type HeldLock } from "../../platform/database/session-locks.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { AgentStarter, stoppedMeanwhile } from "./agent-starter.js";
import { lockKeyOf } from "./container-identity.js";
import { ContainerLifecycleRepository } from "./container-lifecycle.repository.js";
import type { AgentTarget, EnsureOptions, RunningAgent } from "./container-lifecycle.types.js";
import { ContainerRepair } from "./container-repair.js";
import { isSame, toRunning } from "./running-agent.js";

const othersPollMs = 200;

type OnStage = (stage: StageProgress) => void;

/** What everybody in this process who wants one agent to run waits for. */
interface Flight {
  readonly result: Promise<RunningAgent>;
  readonly report: Report;
  readonly distrusted: RunningAgent | undefined;
}

class Report {
  readonly listeners = new Set<OnStage>();
  last: StageProgress | null = null;

  tell(stage: StageProgress): void {
    this.last = stage;
    for (const listener of this.listeners) {
      listener(stage);
    }
  }
}

/** One start per agent: in this process by a map, among processes by the agent's lock. */
@Injectable()
export class StartFlights {
  readonly #flights = new Map<string, Flight>();

  constructor(
    private readonly repository: ContainerLifecycleRepository,
    private readonly starter: AgentStarter,
    private readonly repair: ContainerRepair,
    private readonly events: OwnerEventsService,
    private readonly locks: SessionLocks,
    private readonly crypto: CryptoService,
    private readonly shutdown: Shutdown,
  ) {}

  /** A caller whose signal aborts leaves; the flight goes on, also with nobody waiting. */
  async join(agentId: string, { onStage, signal, distrusted }: EnsureOptions): Promise<RunningAgent> {
    for (;;) {
      const flight = this.#flights.get(agentId) ?? this.begin(agentId, distrusted);
      const listener: OnStage = (stage) => onStage?.(stage);
      flight.report.listeners.add(listener);
      if (flight.report.last !== null) {
        listener(flight.report.last);
      }
      try {
        const running = await untilAborted(flight.result, signal);
        // A flight that others had begun may believe what this caller knows not to answer.
        if (!isSame(running, distrusted) || flight.distrusted !== undefined) {
          return running;
        }
      } finally {
        flight.report.listeners.delete(listener);
      }
    }
  }

  private begin(agentId: string, distrusted: RunningAgent | undefined): Flight {
    const report = new Report();
    const result = this.carry(agentId, distrusted, report).finally(() => this.#flights.delete(agentId));
    // Everybody may have left.
    result.catch(() => undefined);
    const flight: Flight = { result, report, distrusted };
    this.#flights.set(agentId, flight);
    return flight;
  }

  private async carry(agentId: string, distrusted: RunningAgent | undefined, report: Report): Promise<RunningAgent> {
    const { signal } = this.shutdown;
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
        seenTokenHash = target.container?.status === "starting" ? target.container.tokenHash : seenTokenHash;
        await this.waitForOthers(agentId, report, signal);
        continue;
      }
      try {
        const outcome = await this.startUnderLock(agentId, { lock, distrusted, report, signal });
        if (outcome !== null) {
          return outcome;
        }
      } finally {
        await lock.release();
      }
    }
  }

  private async startUnderLock(
    agentId: string,
    { lock, distrusted, report, signal }: { lock: HeldLock; distrusted: RunningAgent | undefined; report: Report; signal: AbortSignal },
  ): Promise<RunningAgent | null> {
    const target = await this.require(agentId);
    const running = toRunning(this.crypto, target);
    if (running !== null && !isSame(running, distrusted)) {
      return running;
    }
    const repaired = await this.repair.repair(target);
    return repaired ?? this.starter.start(await this.require(agentId), { lock, signal, onStage: (stage) => report.tell(stage) });
  }

  private async require(agentId: string): Promise<AgentTarget> {
    const target = await this.repository.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    return target;
  }

  /** Until another process, which has the lock, tells something; or a moment. */
  private async waitForOthers(agentId: string, report: Report, signal: AbortSignal): Promise<void> {
    const told = new AbortController();
    const unwatch = this.events.watchAgent(agentId, ({ stage }) => {
      if (stage !== null) {
        report.tell(stage);
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

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  signal.throwIfAborted();
  const given = Promise.withResolvers<never>();
  const onAbort = (): void => given.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, given.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
