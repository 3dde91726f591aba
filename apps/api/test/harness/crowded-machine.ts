import type { FakeGateway } from "@mosaic/testing/fake-gateway";

const tickMs = 10;

interface Booting {
  readonly gateway: FakeGateway;
  readonly signal: AbortSignal;
  readonly fail: () => Promise<void>;
  leftMs: number;
  ticks: number;
}

/**
 * A machine on which boots get in each other's way, as OpenClaw's do: one alone uses more than a core, several share what there is, and one
 * that takes too much longer than alone ends with the code of a bad configuration.
 */
export class CrowdedMachine {
  /** How many booted at the same time, at most. */
  worst = 0;
  failed = 0;
  private readonly booting = new Set<Booting>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly aloneMs: number,
    readonly cores: number,
    readonly coresOfOne = 1.6,
    readonly failsBeyond = 3,
  ) {}

  boot(gateway: FakeGateway, signal: AbortSignal, fail: () => Promise<void>): void {
    this.booting.add({ gateway, signal, fail, leftMs: this.aloneMs, ticks: 0 });
    this.worst = Math.max(this.worst, this.booting.size);
    this.timer ??= setInterval(() => this.tick(), tickMs);
  }

  private tick(): void {
    const share = Math.min(1, this.cores / (this.booting.size * this.coresOfOne));
    for (const boot of this.booting) {
      boot.leftMs -= tickMs * share;
      boot.ticks += 1;
      if (boot.signal.aborted || boot.leftMs <= 0) {
        this.booting.delete(boot);
        boot.gateway.setReady(true);
      } else if (boot.ticks * tickMs > this.aloneMs * this.failsBeyond) {
        this.booting.delete(boot);
        this.failed += 1;
        void boot.fail();
      }
    }
    if (this.booting.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }
}
