import type { DemoModelSettings } from "@mosaic/contracts/admin-sharing";
import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { SettingCache } from "../settings/setting-cache.service.js";
import { SettingsService } from "../settings/settings.service.js";

/** Whether the demo model may be used here. On until an admin switches it off. */
@Injectable()
export class DemoSettingsService implements OnApplicationBootstrap {
  private readonly cachedIsOn: SettingCache<boolean>;

  constructor(
    private readonly settings: SettingsService,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.cachedIsOn = new SettingCache(clock, async () => this.settings.get("demo_model.use"));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.settings.onChange("demo_model", () => this.cachedIsOn.drop());
  }

  async isOn(): Promise<boolean> {
    return this.cachedIsOn.get();
  }

  /** Throws `demo_model_off`, in words for whoever adds or tests it. */
  async assertOn(): Promise<void> {
    if (!(await this.isOn())) {
      throw new AppError("demo_model_off", { detail: "An admin switched the demo model off. Choose another provider." });
    }
  }

  async change({ isOn }: DemoModelSettings): Promise<void> {
    const audit = { action: "demo_model.update", target: { type: "setting", id: "demo_model.use" }, details: { isOn } } as const;
    await this.settings.change("demo_model.use", () => ({ value: isOn, audit }));
    this.cachedIsOn.drop();
  }
}
