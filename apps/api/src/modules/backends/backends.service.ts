import { backendDefinitions, backendOf } from "@mosaic/agent-backends/registry";
import type { BackendChoices, BackendList, BackendSettings, UpdateBackend } from "@mosaic/contracts/admin-containers";
import { backendId, type BackendId } from "@mosaic/contracts/agent";
import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { memoryFinding } from "./backend-memory.types.js";
import { BackendsRepository } from "./backends.repository.js";
import type { Backend } from "./backends.types.js";

@Injectable()
export class BackendsService implements OnModuleInit {
  constructor(
    private readonly repository: BackendsRepository,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Whatever kinds this release has more than the one that made the database. */
  async onModuleInit(): Promise<void> {
    await this.repository.addMissing(backendDefinitions);
  }

  /** Every start brings a row for each backend of the registry, so a missing one is our fault. */
  async get(id: BackendId): Promise<Backend> {
    const backend = await this.repository.find(id);
    if (backend === null) {
      throw new Error(`there is no row of the backend ${id}`);
    }
    return backend;
  }

  async all(): Promise<Backend[]> {
    return (await this.repository.list()).map(({ backend }) => backend);
  }

  async choices(): Promise<BackendChoices> {
    return {
      backends: (await this.all()).map(({ id, label, defaultIdleTimeoutSeconds, defaultTools }) => ({
        id,
        label,
        defaultIdleTimeoutSeconds,
        defaultTools,
      })),
    };
  }

  async list(): Promise<BackendList> {
    return { backends: (await this.repository.list()).map(toSettings) };
  }

  /** Throws `not_found`. */
  async require(id: string): Promise<Backend> {
    const known = backendId.safeParse(id);
    if (!known.success) {
      throw new AppError("not_found");
    }
    return this.get(known.data);
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
      const message = `Only images of ${[`mosaic/${id}`, ...this.env.MOSAIC_AGENT_IMAGES].join(", ")} are allowed here. An image sees its agents' keys, files and conversations, so whoever runs this machine adds others: MOSAIC_AGENT_IMAGES.`;
      throw new AppError("invalid_input", { detail: message, errors: [{ path: "image", message }] });
    }
    if (!(await this.repository.update(id, change))) {
      throw new AppError("not_found");
    }
    const updated = (await this.repository.list()).find(({ backend }) => backend.id === id);
    if (updated === undefined) {
      throw new AppError("not_found");
    }
    return toSettings(updated);
  }
}

/**
 * Mosaic's own of this backend, which is built here and has a tag, as any other form of its name is another one in a registry; and what the
 * operator trusts: a repository, or all below a name with a slash at its end.
 */
function isTrustedImage(image: string, id: string, trusted: readonly string[]): boolean {
  const own = `mosaic/${id}:`;
  const repository = image.replace(/@.*/, "").replace(/:[^/:]*$/, "");
  return (
    (image.startsWith(own) && !image.includes("@")) ||
    trusted.some((entry) => (entry.endsWith("/") ? repository.startsWith(entry) : repository === entry))
  );
}

function toSettings({ backend, agentCount }: { readonly backend: Backend; readonly agentCount: number }): BackendSettings {
  const { gatewayPort: _port, stateDir: _folder, ...settings } = backend;
  return { ...settings, memoryNeeds: backendOf(backend.id).memory, agentCount };
}

function assertEnoughMemory(id: string, bytes: number): void {
  const finding = memoryFinding(id, bytes);
  if (finding !== null && finding.isTooLittle) {
    throw new AppError("invalid_input", { detail: finding.words, errors: [{ path: "memoryLimitBytes", message: finding.words }] });
  }
}
