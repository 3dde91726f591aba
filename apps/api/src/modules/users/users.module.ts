import { Module } from "@nestjs/common";
import { BreakglassRepository } from "./breakglass.repository.js";
import { BreakglassService } from "./breakglass.service.js";
import { UsersRepository } from "./users.repository.js";
import { UsersService } from "./users.service.js";

@Module({
  providers: [UsersService, UsersRepository, BreakglassService, BreakglassRepository],
  exports: [UsersService, BreakglassService],
})
export class UsersModule {}
