import type { ShareLinkSettings } from "@mosaic/contracts/shares";
import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import { AppError } from "../../../platform/errors/app-error.js";
import { SettingCache } from "../../settings/setting-cache.service.js";
import { SettingsService } from "../../settings/settings.service.js";

/** Whether conversations may be shared by link here. On until an admin switches it off; then no link opens, those from before too. */
@Injectable()
export class ShareLinksService implements OnApplicationBootstrap {
  private readonly cachedIsOn: SettingCache<boolean>;

  constructor(
    private readonly settings: SettingsService,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.cachedIsOn = new SettingCache(clock, async () => this.settings.get("share_links.use"));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.settings.onChange("share_links", () => this.cachedIsOn.drop());
  }

  async isOn(): Promise<boolean> {
    return this.cachedIsOn.get();
  }

  /** Throws `forbidden`. */
  async assertOn(): Promise<void> {
    if (!(await this.isOn())) {
      throw new AppError("forbidden", { detail: "An admin switched links off. Share the conversation with members instead." });
    }
  }

  async change({ isOn }: ShareLinkSettings): Promise<void> {
    const audit = { action: "share_links.update", target: { type: "setting", id: "share_links.use" }, details: { isOn } } as const;
    await this.settings.change("share_links.use", () => ({ value: isOn, audit }));
    this.cachedIsOn.drop();
  }
}
