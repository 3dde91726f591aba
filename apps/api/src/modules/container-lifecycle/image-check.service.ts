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
  async check(backend: Pick<Backend, "id" | "label" | "image">): Promise<ImageCheck> {
    const image = imageOf(backend);
    try {
      const { driver, definition } = await this.host.inUse();
      const isHere = await driver.hasImage(image);
      const software = { label: backend.label, image: image.name, isBuilt: image.buildContext !== null };
      return isHere
        ? { outcome: "present", message: definition.softwareHere(software) }
        : { outcome: "missing", message: definition.softwareMissing(software) };
    } catch (error) {
      const { detail, message } = toStartError(error);
      return { outcome: "engine_unreachable", message: detail ?? message };
    }
  }
}
