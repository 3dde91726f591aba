import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { knownBackend } from "../../backends/backends.types.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import type { AgentTarget, EnsureOptions, FoundContainer, RunningAgent } from "../containers.types.js";
import { ContainersRepository } from "../containers.repository.js";
import { foundRunning, isSame, toRunning } from "../running-agent.js";
import { StartFlights } from "./start-flights.js";

/** Makes agents run. */
@Injectable()
export class AgentStartService {
  constructor(
    private readonly containers: ContainersRepository,
    private readonly flights: StartFlights,
    private readonly runtimes: RuntimeHostService,
    private readonly crypto: CryptoService,
  ) {}

  /** Whether agents go on with what they do when Mosaic stops. False as long as this process does not know it. */
  get agentsOutliveMosaic(): boolean {
    return this.runtimes.lastKnown?.outliveMosaic === true;
  }

  /**
   * The running agent, started if need be. Idempotent; however many ask, in whatever process, there is one start. A running agent costs one
   * query. Throws why it can't be started, and `signal`'s reason when the caller gives up: the start goes on without them.
   */
  async ensureRunning(agentId: string, options: EnsureOptions = {}): Promise<RunningAgent> {
    const running = await this.findRunning(agentId);
    if (running !== null && !isSame(running, options.distrusted)) {
      return running;
    }
    return this.flights.join(agentId, options);
  }

  /** The running agent, as the statement found it that stored its next turn: no reaper can have stopped it since. `null`: see `ensureRunning`. */
  runningOf(found: FoundContainer): RunningAgent | null {
    return foundRunning(this.crypto, found);
  }

  /** Begins a start, or joins one, and resolves as soon as it is under way. Throws what stops it before. */
  async requestStart(agentId: string, isBackground = false): Promise<void> {
    const underWay = Promise.withResolvers<void>();
    const start = this.ensureRunning(agentId, { isBackground, onStage: () => underWay.resolve() });
    start.then(
      () => underWay.resolve(),
      (error: unknown) => underWay.reject(error),
    );
    await underWay.promise;
  }

  /** Throws `not_found`, and `backend_unknown` for one that only another version can start. */
  async assertStartable(agentId: string): Promise<void> {
    knownBackend((await this.require(agentId)).backend.id);
  }

  /** The running agent; `null` if it has to be started. Throws `not_found`. */
  async findRunning(agentId: string): Promise<RunningAgent | null> {
    return toRunning(this.crypto, await this.require(agentId));
  }

  private async require(agentId: string): Promise<AgentTarget> {
    const target = await this.containers.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    return target;
  }
}
