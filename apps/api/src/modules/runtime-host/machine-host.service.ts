import { setTimeout as sleep } from "node:timers/promises";
import type { RuntimeKind } from "@mosaic/contracts/onboarding";
import { RuntimeError, type AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { RuntimeHostService } from "./runtime-host.service.js";
import type { RuntimeDefinition } from "./runtime-registry.js";

export interface MachineHost {
  /** Whether the loopback of an agent is the loopback of Mosaic. */
  readonly sharesLoopback: boolean;
  /** What agents reach the servers of this machine by; `null` while the engine does not say. */
  readonly host: string | null;
}

interface Kept {
  readonly found: Promise<MachineHost>;
  /** What agents ran on when it was asked. */
  kind: RuntimeKind | null;
  untilMs: number;
}

/** It changes with the network of the engine, which is seldom, and is asked for with every list of providers. */
const keptMs = 60_000;
const unknownKeptMs = 5_000;
/** A list of providers does not wait for an engine that hangs. */
const patienceMs = 1_500;

const unknown: MachineHost = { sharesLoopback: false, host: null };

/** How this machine is called from where agents run, or, until that is chosen, from where it is suggested that they run. */
@Injectable()
export class MachineHostService {
  private kept: Kept | null = null;

  constructor(
    private readonly runtimeHost: RuntimeHostService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async find(): Promise<MachineHost> {
    const nowMs = this.clock.now().getTime();
    const isKept = this.kept !== null && this.kept.untilMs > nowMs && this.kept.kind === this.runtimeHost.lastKind;
    const kept = isKept && this.kept !== null ? this.kept : this.begin(nowMs);
    const waiting = new AbortController();
    const late = sleep(patienceMs, unknown, { signal: waiting.signal, ref: false }).catch(() => unknown);
    try {
      const found = await Promise.race([kept.found, late]);
      kept.untilMs = Math.min(kept.untilMs, nowMs + (found.host === null ? unknownKeptMs : keptMs));
      return found;
    } finally {
      waiting.abort();
    }
  }

  private begin(nowMs: number): Kept {
    const kept: Kept = {
      found: this.ask((kind) => {
        kept.kind = kind;
      }),
      kind: this.runtimeHost.lastKind,
      untilMs: nowMs + keptMs,
    };
    this.kept = kept;
    // Whoever asks next asks anew.
    kept.found.catch(() => {
      kept.untilMs = 0;
    });
    return kept;
  }

  private async ask(onKind: (kind: RuntimeKind | null) => void): Promise<MachineHost> {
    try {
      const chosen = await this.runtimeHost.kind();
      onKind(chosen);
      const kind = chosen ?? (await this.runtimeHost.options()).suggested;
      const { driver, definition } = await this.runtimeHost.inUse(kind);
      return { sharesLoopback: definition.sharesLoopback, host: await hostOf(driver, definition) };
    } catch (error) {
      if (error instanceof AppError) {
        return unknown;
      }
      throw error;
    }
  }
}

async function hostOf(driver: AgentRuntime, definition: RuntimeDefinition): Promise<string | null> {
  try {
    return await definition.machineHost(driver);
  } catch (error) {
    if (error instanceof RuntimeError) {
      return null;
    }
    throw error;
  }
}
