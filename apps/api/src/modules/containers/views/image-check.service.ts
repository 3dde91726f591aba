import type { ImageCheck } from "@mosaic/contracts/admin-containers";
import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { Injectable } from "@nestjs/common";
import type { Backend } from "../../backends/backends.types.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import type { RuntimeDefinition } from "../../runtime-host/runtime-registry.js";
import { toStartError } from "../start/start-failure.js";
import { imageOf } from "../start/workload.js";

export interface SoftwareOf {
  readonly id: string;
  readonly label: string;
  readonly image: string;
}

/** Whether what agents of a backend are started from is here, and that in words. Rejects for an engine that is away. */
export async function softwareLook(
  driver: AgentRuntime,
  definition: RuntimeDefinition,
  backend: SoftwareOf,
): Promise<{ isHere: boolean; words: string }> {
  const image = imageOf(backend);
  const software = { label: backend.label, image: image.name, isBuilt: image.buildContext !== null };
  const isHere = await driver.hasImage(image);
  return { isHere, words: isHere ? definition.softwareHere(software) : definition.softwareMissing(software) };
}

/** Looks whether agents of a backend could be started from its image. */
@Injectable()
export class ImageCheckService {
  constructor(private readonly host: RuntimeHostService) {}

  /** Never throws for an engine that is away: that is an answer. */
  async check(backend: Pick<Backend, "id" | "label" | "image">): Promise<ImageCheck> {
    try {
      const { driver, definition } = await this.host.inUse();
      const { isHere, words } = await softwareLook(driver, definition, backend);
      return { outcome: isHere ? "present" : "missing", message: words };
    } catch (error) {
      const { detail, message } = toStartError(error);
      return { outcome: "engine_unreachable", message: detail ?? message };
    }
  }
}
