import { Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { UsersModule } from "../users/users.module.js";
import { AccessGuard } from "./access.guard.js";
import { AttemptCounterService } from "./attempt-counter.service.js";
import { AttemptThrottleService } from "./attempt-throttle.service.js";
import { AuthController } from "./auth.controller.js";
import { AuthService } from "./auth.service.js";
import { BearerTokensRepository } from "./bearer-tokens.repository.js";
import { BearerTokensService } from "./bearer-tokens.service.js";
import { LiveCallersService } from "./live-callers.service.js";
import { LoginThrottleRepository } from "./login-throttle.repository.js";
import { PasswordGate } from "./password-gate.service.js";
import { RefusalsRepository } from "./refusals.repository.js";
import { RefusalsService } from "./refusals.service.js";
import { SessionsRepository } from "./sessions.repository.js";
import { SignInAttemptsService } from "./sign-in-attempts.service.js";
import { SignInPlacesRepository } from "./sign-in-places.repository.js";
import { SignInService } from "./sign-in.service.js";

@Module({
  imports: [UsersModule],
  controllers: [AuthController],
  providers: [
    AuthService,
    AttemptCounterService,
    AttemptThrottleService,
    BearerTokensService,
    BearerTokensRepository,
    LiveCallersService,
    RefusalsService,
    RefusalsRepository,
    SignInService,
    SignInAttemptsService,
    SignInPlacesRepository,
    SessionsRepository,
    LoginThrottleRepository,
    PasswordGate,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [AuthService, AttemptThrottleService, LiveCallersService, PasswordGate, SignInService],
})
export class AuthModule {}
