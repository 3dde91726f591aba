import { setTimeout as sleep } from "node:timers/promises";
import { untilAborted } from "@mosaic/runtime/until-aborted";
import { Inject, Injectable } from "@nestjs/common";
import { Logger } from "../../../platform/logging/logger.js";
import { Periodic } from "../../../platform/periodic/periodic.js";
import { Shutdown } from "../../../platform/shutdown/shutdown.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { ContainersRepository } from "../containers.repository.js";
import type { GatewayWatcher, RunningAgent } from "../containers.types.js";
import { askGateway, type GatewayAnswer } from "./gateway-probe.js";
import { HANG_LIMITS, type HangLimits } from "./hang-limits.js";
import { hangVerdict } from "./hang-verdict.js";
import { HungAgentEnder } from "./hung-agent-ender.js";
import { isSame, toRunning } from "../running-agent.js";

/** One start of an agent that is asked until it answers, for as long as somebody waits for it, or until it is found to hang. */
interface Suspect {
  readonly running: RunningAgent;
  readonly watchers: Set<GatewayWatcher>;
  readonly hung: PromiseWithResolvers<void>;
  /** Since the first question without an answer. */
  silence: Silence | null;
}

interface Silence {
  readonly sinceMs: number;
  questions: number;
  /** Where the stretch begins in which it has to stand still to count as hung, and what its container had used by then. */
  stretch: { readonly sinceMs: number; readonly cpuMs: number | null };
}

/**
 * The judge of who hangs and who is only slow. A gateway whose process was stopped, or whose event loop never turns again, keeps its
 * connections open and says nothing for ever: only asking it on another connection tells it from one that waits for its model.
 */
@Injectable()
export class HangWatchService {
  private readonly suspects = new Map<string, Suspect>();

  constructor(
    private readonly containers: ContainersRepository,
    private readonly ender: HungAgentEnder,
    private readonly host: RuntimeHostService,
    private readonly crypto: CryptoService,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @Inject(HANG_LIMITS) private readonly limits: HangLimits,
    periodic: Periodic,
  ) {
    periodic.every(limits.sweepEveryMs, { what: "asking running agents whether they are there", run: async () => this.sweep() });
  }

  /**
   * Asks the gateway every few seconds until `signal` aborts. Resolves when it was found to hang and was ended, which is when it can be started
   * again; rejects with the signal's reason.
   */
  async untilHung(running: RunningAgent, watcher: GatewayWatcher, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const suspect = this.suspect(running);
    suspect.watchers.add(watcher);
    try {
      await untilAborted(suspect.hung.promise, signal);
    } finally {
      suspect.watchers.delete(watcher);
    }
  }

  /** Asks every running gateway once, a few at a time. It counts as nobody's activity. */
  private async sweep(): Promise<void> {
    if ((await this.host.kind()) === null) {
      return;
    }
    const queue = (await this.containers.findRunning()).filter(({ agentId }) => !this.suspects.has(agentId));
    const worker = async (): Promise<void> => {
      for (let target = queue.pop(); target !== undefined; target = queue.pop()) {
        const running = toRunning(this.crypto, target);
        if (running !== null && !this.shutdown.signal.aborted && (await this.ask(running)).kind === "unanswered") {
          this.suspect(running);
        }
      }
    };
    await Promise.all(Array.from({ length: this.limits.sweepWidth }, worker));
  }

  private suspect(running: RunningAgent): Suspect {
    const known = this.suspects.get(running.agentId);
    if (known !== undefined && isSame(running, known.running)) {
      return known;
    }
    const suspect: Suspect = { running, watchers: new Set(), hung: Promise.withResolvers(), silence: null };
    this.suspects.set(running.agentId, suspect);
    this.follow(suspect)
      .catch((error: unknown) =>
        this.logger.error("an agent that does not answer could not be looked after", error, { agentId: running.agentId }),
      )
      .finally(() => {
        if (this.suspects.get(running.agentId) === suspect) {
          this.suspects.delete(running.agentId);
        }
      });
    return suspect;
  }

  private async follow(suspect: Suspect): Promise<void> {
    const { signal } = this.shutdown;
    // Whoever wants to know has to be on the list before the first answer comes.
    await Promise.resolve();
    while (!signal.aborted) {
      const answer = await this.ask(suspect.running);
      for (const { onAnswer } of suspect.watchers) {
        onAnswer(answer.kind === "answered" ? answer.tookMs : null);
      }
      if (answer.kind === "answered") {
        suspect.silence = null;
        if (suspect.watchers.size === 0) {
          return;
        }
      } else if (answer.kind === "unanswered" && (await this.isHung(suspect)) && (await this.hasEnded(suspect))) {
        suspect.hung.resolve();
        return;
      }
      await sleep(this.limits.askEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** What can't be ended now, since its lock is taken or the engine or the database is away, is asked on and tried again. */
  private async hasEnded({ running, watchers }: Suspect): Promise<boolean> {
    const tell = (isEnding: boolean): void => {
      for (const { onHung } of watchers) {
        onHung(isEnding);
      }
    };
    let hasEnded = false;
    try {
      hasEnded = await this.ender.end(running, () => tell(true));
    } catch (error) {
      if (!this.shutdown.signal.aborted) {
        this.logger.error("an agent that hangs could not be ended, and is tried again", error, { agentId: running.agentId });
      }
    }
    if (!hasEnded) {
      tell(false);
    }
    return hasEnded;
  }

  private async isHung(suspect: Suspect): Promise<boolean> {
    const { agentId } = suspect.running;
    suspect.silence ??= { sinceMs: performance.now(), questions: 0, stretch: await this.stretch(agentId) };
    const { silence } = suspect;
    silence.questions += 1;
    const nowMs = performance.now();
    const known = { questions: silence.questions, forMs: nowMs - silence.sinceMs, stretchMs: nowMs - silence.stretch.sinceMs };
    if (hangVerdict({ ...known, cpuMs: null }, this.limits) === "too_early") {
      return false;
    }
    const now = await this.stretch(agentId);
    const cpuMs = now.cpuMs === null || silence.stretch.cpuMs === null ? null : now.cpuMs - silence.stretch.cpuMs;
    const verdict = hangVerdict({ ...known, cpuMs }, this.limits);
    silence.stretch = now;
    return verdict === "hung";
  }

  private async stretch(agentId: string): Promise<Silence["stretch"]> {
    return { cpuMs: await this.cpuTimeMs(agentId), sinceMs: performance.now() };
  }

  private async ask(running: RunningAgent): Promise<GatewayAnswer> {
    return askGateway(running, this.limits.askTimeoutMs);
  }

  private async cpuTimeMs(agentId: string): Promise<number | null> {
    try {
      const target = await this.containers.find(agentId);
      const runtime = await this.host.runtime();
      return target?.container == null ? null : await runtime.cpuTimeMs(target.container.name);
    } catch {
      return null;
    }
  }
}
