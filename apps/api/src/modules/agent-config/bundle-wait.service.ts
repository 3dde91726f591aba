import type { Bundle } from "@mosaic/contracts/agent-config";
import { Injectable, type OnModuleInit } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { Listeners } from "../../platform/http/listeners.js";
import { Notices } from "../../platform/notices/notices.js";
import { AgentConfigService } from "./agent-config.service.js";
import type { CallingContainer } from "./agent-config.types.js";
import { BundleRenders } from "./bundle-renders.js";

/** A running agent keeps what it has; its next message says why it may not use it. */
const hasNoModel: ReadonlySet<string> = new Set(["model_not_assigned", "demo_model_off"]);

export interface WaitOptions {
  /** The generation that the container has. */
  readonly after: string | undefined;
  readonly waitMs: number;
  /** The client has gone. */
  readonly left: AbortSignal;
}

/** A container's one request that waits. It holds nothing but itself: no connection, no rows. */
class Waiter {
  private wakeUp = (): void => undefined;
  private isChanged = true;
  private urgent = true;
  private over = false;

  constructor(readonly ownerId: string | null) {}

  get isOver(): boolean {
    return this.over;
  }

  get isUrgent(): boolean {
    return this.urgent;
  }

  wake(isUrgent: boolean): void {
    this.urgent = this.isChanged ? this.urgent || isUrgent : isUrgent;
    this.isChanged = true;
    this.wakeUp();
  }

  end(): void {
    this.over = true;
    this.wakeUp();
  }

  markSeen(): void {
    this.isChanged = false;
  }

  /** Whether there is something to look at; `false` once it is over. */
  async changed(): Promise<boolean> {
    if (!this.isChanged && !this.over) {
      await new Promise<void>((resolve) => (this.wakeUp = resolve));
    }
    return !this.over;
  }
}

/** Containers that wait for their next configuration: one request each. */
@Injectable()
export class BundleWaitService implements OnModuleInit {
  private readonly waiters = new Map<string, Waiter>();
  private readonly renders: BundleRenders;

  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly notices: Notices,
    private readonly listeners: Listeners,
  ) {
    this.renders = new BundleRenders((caller) => this.agentConfig.render(caller));
  }

  async onModuleInit(): Promise<void> {
    await this.notices.listen("mosaic_agent_config", { onNotice: ({ ownerId }) => this.wake(ownerId), onGap: () => this.wake(null) });
  }

  get waitingCount(): number {
    return this.waiters.size;
  }

  /** The bundle as it is now. */
  async present(caller: CallingContainer): Promise<Bundle> {
    return this.renders.bundleOf(caller, { isUrgent: true });
  }

  /**
   * The bundle if it is not the generation that the container has, at once or as soon as it changes; `null` when the wait ends before, also
   * because the same container asked again.
   */
  async next(caller: CallingContainer, { after, waitMs, left }: WaitOptions): Promise<Bundle | null> {
    if (waitMs === 0) {
      return this.newerThan(after, caller, { isUrgent: true });
    }
    const waiter = new Waiter(caller.ownerId);
    this.waiters.get(caller.agentId)?.end();
    // Listening begins before the first look, so that no change falls between the two.
    this.waiters.set(caller.agentId, waiter);
    const until = AbortSignal.any([left, this.listeners.closing, AbortSignal.timeout(waitMs)]);
    until.addEventListener("abort", () => waiter.end(), { once: true });
    try {
      // The first look is taken even by a request that is over already.
      do {
        const wish = { isUrgent: waiter.isUrgent, onBegin: () => waiter.markSeen() };
        const bundle = await this.newerThan(after, caller, wish);
        if (bundle !== null) {
          return bundle;
        }
      } while (await waiter.changed());
      return null;
    } finally {
      if (this.waiters.get(caller.agentId) === waiter) {
        this.waiters.delete(caller.agentId);
      }
    }
  }

  /** An agent that has lost its model keeps what it has until it is given another: asking again at once would help nobody. */
  private async newerThan(
    after: string | undefined,
    caller: CallingContainer,
    wish: Parameters<BundleRenders["bundleOf"]>[1],
  ): Promise<Bundle | null> {
    try {
      const bundle = await this.renders.bundleOf(caller, wish);
      return bundle.generation === after ? null : bundle;
    } catch (error) {
      if (error instanceof AppError && hasNoModel.has(error.code) && after !== undefined) {
        return null;
      }
      throw error;
    }
  }

  /** `null` concerns everybody. */
  private wake(ownerId: string | null): void {
    this.renders.forgetBegun();
    for (const waiter of this.waiters.values()) {
      if (ownerId === null || waiter.ownerId === ownerId) {
        waiter.wake(ownerId !== null);
      }
    }
  }
}
