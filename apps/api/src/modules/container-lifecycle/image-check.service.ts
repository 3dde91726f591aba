import type { ImageCheck } from "@mosaic/contracts/admin-containers";
import { Injectable } from "@nestjs/common";
import type { Backend } from "../backends/backends.types.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { imageOf } from "./container-identity.js";
import { toStartError } from "./start-failure.js";

/** Looks whether agents of a backend could be started from its image. */
@Injectable()
export class ImageCheckService {
  constructor(private readonly host: RuntimeHostService) {}

  /** Never throws for an engine that is away: that is an answer. */
  async check(backend: Pick<Backend, "id" | "image">): Promise<ImageCheck> {
    const image = imageOf(backend);
    try {
      const runtime = await this.host.runtime();
      if (runtime.kind === "process") {
        const isInstalled = await runtime.hasImage(image);
        return isInstalled
          ? {
              outcome: "present",
              message: "Agents run as processes here, from an installation on this machine that is there. The image is not used.",
            }
          : { outcome: "missing", message: "Agents run as processes here. Their software is installed at the first start of an agent." };
      }
      if (await runtime.hasImage(image)) {
        return { outcome: "present", message: `The image ${image.name} is on this machine.` };
      }
      const next = image.buildContext === null ? "it is pulled from its registry" : "Mosaic builds it";
      return {
        outcome: "missing",
        message: `The image ${image.name} is not on this machine: ${next} when an agent starts for the first time.`,
      };
    } catch (error) {
      const { detail, message } = toStartError(error);
      return { outcome: "engine_unreachable", message: detail ?? message };
    }
  }
}
