import type { BackendChoices, BackendList, BackendSettings, UpdateBackend } from "@mosaic/contracts/admin-containers";
import { backendId, type BackendId } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { BackendsRepository } from "./backends.repository.js";
import type { Backend } from "./backends.types.js";

@Injectable()
export class BackendsService {
  constructor(private readonly repository: BackendsRepository) {}

  /** The migrations bring a row for every backend that the contract names, so a missing one is our fault. */
  async get(id: BackendId): Promise<Backend> {
    const backend = await this.repository.find(id);
    if (backend === null) {
      throw new Error(`there is no row of the backend ${id}`);
    }
    return backend;
  }

  async choices(): Promise<BackendChoices> {
    const backends = (await this.repository.list()).map(({ backend }) => backend);
    return {
      backends: backends.map(({ id, label, defaultIdleTimeoutSeconds, defaultTools }) => ({
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

  /** Throws `not_found`. Agents that run are restarted when they answer nobody, if their containers have to be others. */
  async update(id: string, change: UpdateBackend): Promise<BackendSettings> {
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

function toSettings({ backend, agentCount }: { readonly backend: Backend; readonly agentCount: number }): BackendSettings {
  const { gatewayPort: _port, stateDir: _folder, ...settings } = backend;
  return { ...settings, agentCount };
}
