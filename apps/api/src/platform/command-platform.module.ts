import { Module, type DynamicModule } from "@nestjs/common";
import { ENV, type Env } from "./config/env.js";
import { PrismaService } from "./database/prisma.service.js";

/** As `PlatformModule`, for a command: nothing that listens, waits or comes again, so it is there at once. */
@Module({})
export class CommandPlatformModule {
  static with(env: Env): DynamicModule {
    const providers = [{ provide: ENV, useValue: env }, PrismaService];
    return { module: CommandPlatformModule, global: true, providers, exports: providers };
  }
}
