import { Module } from "@nestjs/common";
import { ScheduleModule } from "@nestjs/schedule";
import { AuthModule } from "./modules/auth/auth.module.js";
import { CryptoModule } from "./modules/crypto/crypto.module.js";
import { HealthModule } from "./modules/health/health.module.js";
import { SettingsModule } from "./modules/settings/settings.module.js";
import { PlatformModule } from "./platform/platform.module.js";

/** The table of contents. */
@Module({
  imports: [PlatformModule, ScheduleModule.forRoot(), CryptoModule, SettingsModule, AuthModule, HealthModule],
})
export class AppModule {}
