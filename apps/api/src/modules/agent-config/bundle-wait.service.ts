import type { Bundle } from "@mosaic/contracts/agent-config";
import { Injectable, type OnModuleInit } from "@nestjs/common";
import { PostgresChannel } from "../../platform/database/postgres-channel.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Listeners } from "../../platform/http/listeners.js";
import { AgentConfigService } from "./agent-config.service.js";
import type { CallingContainer } from "./agent-config.types.js";

/** Who changes an agent, a provider or an assignment notifies it with the owner's id in the same transaction; `*` concerns everybody. */
const changeChannel = "mosaic_agent_config";

export interface WaitOptions {
  /** The generation that the container has. */
  readonly after: string | undefined;
  readonly waitMs: number;
  /** The client has gone. */
  readonly left: AbortSignal;
}

/** Containers that wait for their next configuration. */
@Injectable()
export class BundleWaitService implements OnModuleInit {
  readonly #waiting = new Set<{ readonly ownerId: string | null; readonly wake: () => void }>();

  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly channel: PostgresChannel,
    private readonly listeners: Listeners,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.channel.listen(changeChannel, (payload) => this.wake(payload));
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** The bundle if it is not the generation that the container has, at once or as soon as it changes; `null` when the wait ends before. */
  async next(caller: CallingContainer, { after, waitMs, left }: WaitOptions): Promise<Bundle | null> {
    const until = AbortSignal.any([left, this.listeners.closing, AbortSignal.timeout(waitMs)]);
    const ownerId = await this.agentConfig.ownerOf(caller.agentId);
    let isChanged = true;
    let wakeUp = (): void => undefined;
    const wake = (): void => {
      isChanged = true;
      wakeUp();
    };
    const entry = { ownerId, wake };
    // Listening begins before the first look, so that no change falls between the two.
    this.#waiting.add(entry);
    until.addEventListener("abort", () => wakeUp(), { once: true });
    try {
      while (isChanged) {
        isChanged = false;
        const bundle = await this.renderIfPossible(caller, after, left);
        if (bundle !== null && bundle.generation !== after) {
          return bundle;
        }
        await new Promise<void>((resolve) => {
          wakeUp = resolve;
          if (isChanged || until.aborted) {
            resolve();
          }
        });
      }
      return null;
    } finally {
      this.#waiting.delete(entry);
    }
  }

  /** An agent that has lost its model keeps what it has until it is given another: asking again at once would help nobody. */
  private async renderIfPossible(caller: CallingContainer, after: string | undefined, left: AbortSignal): Promise<Bundle | null> {
    try {
      return await this.agentConfig.render(caller, left);
    } catch (error) {
      if (left.aborted) {
        return null;
      }
      if (error instanceof AppError && error.code === "model_not_assigned" && after !== undefined) {
        return null;
      }
      throw error;
    }
  }

  private wake(payload: string): void {
    // An empty payload comes after a reconnect: something may have been missed.
    const isForEverybody = payload === "" || payload === "*";
    for (const entry of this.#waiting) {
      if (isForEverybody || entry.ownerId === payload) {
        entry.wake();
      }
    }
  }
}
