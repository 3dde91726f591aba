import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Logger } from "../../platform/logging/logger.js";
import type { Caller } from "./auth.types.js";
import { RefusalsRepository } from "./refusals.repository.js";

const windowMs = 60_000;
const maxRemembered = 10_000;

/** Tells the audit of callers who asked for what they may not do: once a minute for each caller and route, so that nobody can flood it. */
@Injectable()
export class RefusalsService {
  private readonly toldAtMs = new Map<string, number>();

  constructor(
    private readonly repository: RefusalsRepository,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Never rejects: what is refused stays refused when it can't be written down. */
  async record(caller: Caller, route: string): Promise<void> {
    const nowMs = this.clock.now().getTime();
    const key = `${caller.kind} ${caller.kind === "session" ? caller.user.id : caller.tokenId} ${route}`;
    if (nowMs - (this.toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < windowMs) {
      return;
    }
    if (this.toldAtMs.size >= maxRemembered) {
      this.toldAtMs.clear();
    }
    this.toldAtMs.set(key, nowMs);
    await this.repository.record(route).catch((error: unknown) => this.logger.error("a refusal could not be written down", error));
  }
}
