import { lowDiskWords } from "@mosaic/contracts/disk-words";
import type { DiskSpace } from "@mosaic/runtime/agent-runtime";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";

/** The disk on which agents keep their state. */
@Injectable()
export class DiskRoomService {
  constructor(private readonly host: RuntimeHostService) {}

  /** `null` where it can't be told. */
  async space(): Promise<DiskSpace | null> {
    return (await this.host.runtime()).diskSpace();
  }

  /** Throws `disk_low` when little is left. An engine that does not answer is for the start to find out. */
  async assertRoom(): Promise<void> {
    const space = await this.space().catch(() => null);
    const words = space === null ? null : lowDiskWords(space);
    if (words !== null) {
      throw new AppError("disk_low", { detail: words });
    }
  }
}
