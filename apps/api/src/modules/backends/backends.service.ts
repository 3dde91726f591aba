import type { BackendId } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
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
}
