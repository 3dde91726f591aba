import type { SupervisorStatus } from "@mosaic/contracts/agent-config";
import { setTimeout as sleep } from "node:timers/promises";

import type { ApiClient } from "./api-client.js";
import { Backoff } from "./backoff.js";

type Phase = SupervisorStatus["phase"];
type Details = Pick<SupervisorStatus, "generation" | "detail" | "runId">;

const maxUnsent = 50;
const maxDetailLength = 500;
const lastWordMs = 2_000;
const warmingAnswerMs = 1_000;
const starting: ReadonlySet<Phase> = new Set(["starting", "waiting", "warming", "ready"]);

/** Tells Mosaic where the start has got to: in order, in the background, and only the latest once Mosaic was away. */
export class Reporter {
  private readonly client: ApiClient;
  private readonly signal: AbortSignal;
  private unsent: SupervisorStatus[] = [];
  private isSending = false;
  private state: SupervisorStatus["state"];

  constructor(client: ApiClient, signal: AbortSignal) {
    this.client = client;
    this.signal = signal;
  }

  /** Which volume this container found. */
  tellState(found: SupervisorStatus["state"]): void {
    this.state = found;
  }

  report(phase: Phase, details: Details = {}): void {
    // Whoever is told late is told only the last phase: the volume is named in each of a start's.
    const status = { ...statusOf(phase, details), ...(this.state && starting.has(phase) && { state: this.state }) };
    // A child that fails turn after turn while Mosaic is slow must not fill the memory.
    this.unsent = [...this.unsent.slice(-maxUnsent), status];
    if (this.isSending) return;
    this.isSending = true;
    void this.sendAll();
  }

  /** Asks as well whether somebody waits for an answer. Without one within a second, nobody does. */
  async reportWarming(details: Details): Promise<{ isAwaited: boolean }> {
    const status = { ...statusOf("warming", details), ...(this.state && { state: this.state }) };
    const patience = AbortSignal.any([this.signal, AbortSignal.timeout(warmingAnswerMs)]);
    return this.client.postStatus(status, patience).catch(() => ({ isAwaited: false }));
  }

  /** The last word before the end: waits until it is said, but not for long. */
  async reportLast(phase: Phase, details: Details): Promise<void> {
    this.unsent = [];
    await this.client.postStatus(statusOf(phase, details), AbortSignal.timeout(lastWordMs)).catch(() => undefined);
  }

  private async sendAll(): Promise<void> {
    const backoff = new Backoff();
    for (let next = this.unsent[0]; next !== undefined && !this.signal.aborted; next = this.unsent[0]) {
      try {
        await this.client.postStatus(next, this.signal);
        this.unsent.shift();
      } catch {
        this.unsent = this.unsent.slice(-1);
        await sleep(backoff.next(), undefined, { signal: this.signal }).catch(() => undefined);
      }
    }
    this.isSending = false;
  }
}

function statusOf(phase: Phase, { generation, detail, runId }: Details): SupervisorStatus {
  return {
    phase,
    ...(generation && { generation }),
    ...(detail && { detail: detail.slice(0, maxDetailLength) }),
    ...(runId && { runId }),
  };
}
