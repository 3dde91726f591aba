import { fileURLToPath } from "node:url";
import { createApplication, type Application } from "./application.js";
import { CryptoService } from "./modules/crypto/crypto.service.js";
import { SettingsService } from "./modules/settings/settings.service.js";
import { BreakglassService } from "./modules/users/breakglass.service.js";
import { ConfigurationError, readEnv, type Env } from "./platform/config/env.js";
import { assertFit } from "./platform/database/database-look.js";
import { explainDatabaseFault } from "./platform/database/database-words.js";
import { migrate, MigrationError } from "./platform/database/migrator.js";
import { surviveLostOutput } from "./platform/logging/log-sink.js";
import { Logger } from "./platform/logging/logger.js";

const migrationsFolder = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));
const drainMs = 2_000;
const stopDeadlineMs = 4_000;
const flushMs = 500;

/** What a parent process (the launcher) hears over its channel. */
type ParentMessage = { type: "ready"; url: string; setupUrl?: string } | { type: "failed"; message: string };

function tellParent(message: ParentMessage): void {
  if (process.send !== undefined) {
    process.send(message);
  } else if (message.type === "ready" && message.setupUrl !== undefined) {
    // Nobody else would tell an operator who starts the server by itself how to get in.
    process.stdout.write(`Set Mosaic up at: ${message.setupUrl}\n`);
  }
}

async function start(env: Env): Promise<void> {
  await assertFit(env.DATABASE_URL.open());
  const applied = await migrate(env.DATABASE_URL.open(), migrationsFolder);
  const application = await createApplication();
  const logger = application.nest.get(Logger);
  if (applied.length > 0) {
    logger.log("migrations applied", { count: applied.length, last: applied.at(-1) ?? null });
  }
  await application.nest.get(SettingsService).assertSecretKey();
  await application.listeners.listen("internal", "127.0.0.1", env.MOSAIC_INTERNAL_PORT);
  await application.listeners.listen("public", env.HOST, env.PORT);
  stopOnSignals(application);
  const url = `http://${env.HOST.includes(":") ? `[${env.HOST}]` : displayHost(env.HOST)}:${env.PORT}`;
  const setupUrl = await findSetupUrl(application, url);
  logger.log("Mosaic is ready", { port: env.PORT, internalPort: env.MOSAIC_INTERNAL_PORT });
  tellParent({ type: "ready", url, ...(setupUrl === undefined ? {} : { setupUrl }) });
}

function displayHost(host: string): string {
  return host === "127.0.0.1" || host === "0.0.0.0" ? "localhost" : host;
}

/** The link with the setup token, as long as nobody has finished setting up. Its token is in the fragment, which no server sees. */
async function findSetupUrl({ nest }: Application, url: string): Promise<string | undefined> {
  const settings = nest.get(SettingsService);
  if ((await settings.get("onboarding.completed_at")) !== null) {
    return undefined;
  }
  if ((await nest.get(BreakglassService, { strict: false }).find()) !== null) {
    return `${url}/setup`;
  }
  return `${url}/setup#token=${nest.get(CryptoService).setupToken(await settings.instanceId())}`;
}

function stopOnSignals(application: Application): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) {
      return;
    }
    isStopping = true;
    // Whatever hangs: a process that nobody waits for any more must not stay behind.
    setTimeout(() => process.exit(1), stopDeadlineMs).unref();
    application.listeners
      .close(drainMs)
      .then(async () => application.nest.close())
      .then(async () => application.nest.get(Logger).flush(flushMs))
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // The launcher is gone: nobody would stop this process any more.
  process.on("disconnect", stop);
}

/** Why Mosaic does not start, in words for the operator. */
function explain(error: unknown, env: Env | undefined): string {
  if (error instanceof ConfigurationError || error instanceof MigrationError) {
    return error.message;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "EADDRINUSE" && env !== undefined) {
    return `Port ${env.PORT} or ${env.MOSAIC_INTERNAL_PORT} is taken by another program. Set PORT (and MOSAIC_INTERNAL_PORT) to free ones.`;
  }
  if (code === "EACCES" && env !== undefined) {
    return `This user may not listen on port ${env.PORT}. Choose a PORT from 1024 on.`;
  }
  const fault = explainDatabaseFault(error);
  if (fault !== null) {
    return fault;
  }
  return `Mosaic could not start: ${error instanceof Error ? `${error.name}: ${error.message}` : "unknown error"}`;
}

async function main(): Promise<void> {
  surviveLostOutput();
  let env: Env | undefined;
  try {
    env = readEnv();
    await start(env);
  } catch (error) {
    const message = explain(error, env);
    process.stderr.write(`${message}\n`);
    tellParent({ type: "failed", message });
    process.exit(1);
  }
}

await main();
