import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { OidcModule } from "../oidc/oidc.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { UsersModule } from "../users/users.module.js";
import { InvitesController } from "./invites.controller.js";
import { InvitesRepository } from "./invites.repository.js";
import { InvitesService } from "./invites.service.js";
import { OwnSessionsController } from "./own-sessions.controller.js";
import { OwnSessionsRepository } from "./own-sessions.repository.js";
import { OwnSessionsService } from "./own-sessions.service.js";
import { PasswordChangeService } from "./password-change.service.js";
import { ProfileController } from "./profile.controller.js";
import { ProfileRepository } from "./profile.repository.js";
import { ProfileService } from "./profile.service.js";
import { SignInOptionsService } from "./sign-in-options.service.js";
import { SignUpSettingsController } from "./sign-up-settings.controller.js";
import { SignUpController } from "./sign-up.controller.js";
import { SignUpRepository } from "./sign-up.repository.js";
import { SignUpService } from "./sign-up.service.js";

@Module({
  imports: [AuthModule, OidcModule, SettingsModule, UsersModule],
  controllers: [ProfileController, OwnSessionsController, SignUpController, SignUpSettingsController, InvitesController],
  providers: [
    ProfileService,
    ProfileRepository,
    PasswordChangeService,
    OwnSessionsService,
    OwnSessionsRepository,
    SignInOptionsService,
    SignUpService,
    SignUpRepository,
    InvitesService,
    InvitesRepository,
  ],
})
export class AccountsModule {}
