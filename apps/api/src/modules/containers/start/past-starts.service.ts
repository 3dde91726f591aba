import type { StartPace } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { Logger } from "../../../platform/logging/logger.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { SettingsService } from "../../settings/settings.service.js";

const maxKept = 9;

/**
 * What the last boots took here, kept over restarts of Mosaic: by backend and runtime, since a process and a container begin differently. A start goes on
 * whatever becomes of this.
 */
@Injectable()
export class PastStartsService {
  constructor(
    private readonly settings: SettingsService,
    private readonly host: RuntimeHostService,
    private readonly logger: Logger,
  ) {}

  /** The middle one and the longest. */
  async of(backendId: string): Promise<Omit<StartPace, "begunAt">> {
    const past = await this.settings.get("starts.past").catch(() => ({}));
    const kept = Object.entries(past).find(([key]) => key === this.keyOf(backendId))?.[1] ?? [];
    const sorted = kept.toSorted((a, b) => a - b);
    return { usualMs: sorted[Math.floor(sorted.length / 2)] ?? null, longestMs: sorted.at(-1) ?? null };
  }

  async add(backendId: string, bootMs: number): Promise<void> {
    const key = this.keyOf(backendId);
    try {
      await this.settings.change("starts.past", (past) => ({
        value: { ...past, [key]: [...(Object.hasOwn(past, key) ? (past[key] ?? []) : []), Math.round(bootMs)].slice(-maxKept) },
        audit: null,
      }));
    } catch (error) {
      this.logger.error("what a boot took could not be kept", error, { backend: backendId });
    }
  }

  private keyOf(backendId: string): string {
    return `${backendId} ${this.host.lastKind ?? ""}`;
  }
}
