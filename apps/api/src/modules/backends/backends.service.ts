import { backendOf, builtInDefinitions } from "@mosaic/agent-backends/registry";
import type { BackendChoices, BackendList, BackendSettings, UpdateBackend } from "@mosaic/contracts/admin-containers";
import type { BackendId } from "@mosaic/contracts/agent";
import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { memoryFinding } from "./backend-memory.types.js";
import { BackendsRepository } from "./backends.repository.js";
import type { RuntimeDefinition } from "../runtime-host/runtime-registry.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { unknownBackend, type Backend } from "./backends.types.js";
import { isTrustedImage, untrustedImage } from "./trusted-images.js";

@Injectable()
export class BackendsService implements OnModuleInit {
  constructor(
    private readonly repository: BackendsRepository,
    private readonly runtimeHost: RuntimeHostService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Whatever kinds this release has more than the one that made the database. */
  async onModuleInit(): Promise<void> {
    await this.repository.addMissing(builtInDefinitions);
  }

  /** Throws `backend_unknown` for a kind that there is not, or no more. */
  async get(id: BackendId): Promise<Backend> {
    const backend = await this.repository.find(id);
    if (backend === null) {
      throw unknownBackend(id);
    }
    return backend;
  }

  /** In the order in which they are offered. */
  async all(): Promise<Backend[]> {
    return this.repository.all();
  }

  /** Those that agents are of; the one that comes first is looked after before anybody has an agent. */
  async inUse(): Promise<Backend[]> {
    const listed = await this.repository.list();
    return listed.filter(({ agentCount }, index) => agentCount > 0 || index === 0).map(({ backend }) => backend);
  }

  /** What a new agent may be. Throws `invalid_input` for a kind that is not offered, that there is not, or that can't run here. */
  async forNewAgent(id: BackendId): Promise<Backend> {
    const [backend, choice] = [await this.repository.find(id), (await this.choices()).backends.find((each) => each.id === id)];
    const message =
      choice === undefined || backend === null
        ? `Agents of the kind "${id}" are not offered here. Choose another kind.`
        : choice.unavailable;
    if (backend === null || message !== undefined) {
      throw new AppError("invalid_input", { detail: message ?? "", errors: [{ path: "backend", message: message ?? "" }] });
    }
    return backend;
  }

  /** All that are offered, also those that can't run here: with the reason. */
  async choices(): Promise<BackendChoices> {
    const runtime = await this.runtimeHost.definition();
    const offered = (await this.all()).filter(({ isOffered }) => isOffered);
    return {
      backends: offered.map(({ id, label, defaultIdleTimeoutSeconds, defaultTools }) => {
        const definition = backendOf(id);
        const unavailable = runtime?.cannotRun(definition) ?? null;
        return {
          id,
          label,
          description: definition.description,
          defaultIdleTimeoutSeconds,
          defaultTools,
          tools: [...definition.capabilities.tools],
          ...(unavailable === null ? {} : { unavailable }),
        };
      }),
    };
  }

  async list(): Promise<BackendList> {
    const runtime = await this.runtimeHost.definition();
    return { backends: (await this.repository.list()).map((listed) => toSettings(listed, runtime)) };
  }

  /** Throws `not_found`. */
  async require(id: string): Promise<Backend> {
    const backend = await this.repository.find(id);
    if (backend === null) {
      throw new AppError("not_found");
    }
    return backend;
  }

  /**
   * Throws `not_found`, and `invalid_input` for an image that is not of this machine's operator's choice, since it sees what no admin may see, and
   * for less memory than the software needs; what is stored already may stay.
   * Agents that run are restarted when they answer nobody, if their containers have to be others.
   */
  async update(id: string, change: UpdateBackend): Promise<BackendSettings> {
    const { image, memoryLimitBytes } = await this.require(id);
    if (change.memoryLimitBytes !== undefined && change.memoryLimitBytes !== memoryLimitBytes) {
      assertEnoughMemory(id, change.memoryLimitBytes);
    }
    if (change.image !== undefined && change.image !== image && !isTrustedImage(change.image, id, this.env.MOSAIC_AGENT_IMAGES)) {
      throw untrustedImage(id, this.env.MOSAIC_AGENT_IMAGES, "image");
    }
    if (!(await this.repository.update(id, change))) {
      throw new AppError("not_found");
    }
    const updated = (await this.list()).backends.find((backend) => backend.id === id);
    if (updated === undefined) {
      throw new AppError("not_found");
    }
    return updated;
  }
}

interface Listed {
  readonly backend: Backend;
  readonly agentCount: number;
}

function toSettings({ backend, agentCount }: Listed, runtime: RuntimeDefinition | null): BackendSettings {
  const { gatewayPort: _port, stateDir: _folder, ...settings } = backend;
  const definition = backendOf(backend.id);
  const unavailable = runtime?.cannotRun(definition) ?? null;
  const isDeclared = !builtInDefinitions.includes(definition);
  return { ...settings, memoryNeeds: definition.memory, isDeclared, ...(unavailable === null ? {} : { unavailable }), agentCount };
}

function assertEnoughMemory(id: string, bytes: number): void {
  const finding = memoryFinding(id, bytes);
  if (finding !== null && finding.isTooLittle) {
    throw new AppError("invalid_input", { detail: finding.words, errors: [{ path: "memoryLimitBytes", message: finding.words }] });
  }
}
