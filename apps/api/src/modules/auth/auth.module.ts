import { Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { UsersModule } from "../users/users.module.js";
import { AccessGuard } from "./access.guard.js";
import { AttemptThrottleService } from "./attempt-throttle.service.js";
import { AuthController } from "./auth.controller.js";
import { AuthService } from "./auth.service.js";
import { LoginThrottleRepository } from "./login-throttle.repository.js";
import { SessionsRepository } from "./sessions.repository.js";
import { SignInService } from "./sign-in.service.js";

@Module({
  imports: [UsersModule],
  controllers: [AuthController],
  providers: [
    AuthService,
    AttemptThrottleService,
    SignInService,
    SessionsRepository,
    LoginThrottleRepository,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [AuthService, AttemptThrottleService, SignInService],
})
export class AuthModule {}
