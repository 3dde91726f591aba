import { Module, type DynamicModule, type Type } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { UsersModule } from "../modules/users/users.module.js";
import { CommandPlatformModule } from "../platform/command-platform.module.js";
import type { Env } from "../platform/config/env.js";
import { runAsCommand } from "../platform/logging/request-context.js";

/** The modules that commands call. */
@Module({})
class CommandModule {
  static with(env: Env): DynamicModule {
    return { module: CommandModule, imports: [CommandPlatformModule.with(env), UsersModule] };
  }
}

/** Runs `work` with a service that the API uses too, on a database of this release. The audit names who calls the command. */
export async function withService<Service, Result>(
  env: Env,
  type: Type<Service>,
  work: (service: Service) => Promise<Result>,
): Promise<Result> {
  const context = await NestFactory.createApplicationContext(CommandModule.with(env), { logger: false, abortOnError: false });
  try {
    return await runAsCommand(async () => work(context.get(type, { strict: false })));
  } finally {
    await context.close();
  }
}
