import { Global, Module } from "@nestjs/common";
import { ConfigModule } from "@nestjs/config";
import { ApiProcess } from "./api-process/api-process.js";
import { CLOCK, systemClock } from "./clock/clock.js";
import { ENV, readEnv, type Env } from "./config/env.js";
import { readTrustedCertificates, TRUSTED_CERTIFICATES } from "./config/trusted-certificates.js";
import { PrismaService } from "./database/prisma.service.js";
import { SessionLocks } from "./database/session-locks.js";
import { Admission } from "./http/admission.js";
import { Connections } from "./http/connections.js";
import { EDGE_LIMITS, edgeLimits } from "./http/edge-limits.js";
import { Listeners } from "./http/listeners.js";
import { Logger } from "./logging/logger.js";
import { Notices } from "./notices/notices.js";
import { PostgresChannel } from "./notices/postgres-channel.js";
import { MachinePace } from "./pace/machine-pace.js";
import { Periodic } from "./periodic/periodic.js";
import { Shutdown } from "./shutdown/shutdown.js";

/**
 * Nest's module carries the configuration, and neither reads files (the launcher does) nor judges: its own check runs as soon as this file is
 * imported, tells faults without what is unknown or missing, and writes what it understood back into the process's environment, which agents'
 * processes would inherit. `validatePredefined: false` keeps it from that; `skipProcessEnv` from handing out texts that nobody judged.
 */
const configuration = ConfigModule.forRoot({ ignoreEnvFile: true, validatePredefined: false, skipProcessEnv: true, load: [readEnv] });

@Global()
@Module({
  imports: [configuration],
  providers: [
    { provide: TRUSTED_CERTIFICATES, useFactory: readTrustedCertificates, inject: [ENV] },
    { provide: CLOCK, useValue: systemClock },
    { provide: Logger, useFactory: (env: Env) => new Logger(env.LOG_LEVEL), inject: [ENV] },
    PrismaService,
    PostgresChannel,
    Notices,
    SessionLocks,
    ApiProcess,
    { provide: EDGE_LIMITS, useValue: edgeLimits },
    Connections,
    Admission,
    Listeners,
    MachinePace,
    Shutdown,
    Periodic,
  ],
  exports: [
    ConfigModule,
    TRUSTED_CERTIFICATES,
    CLOCK,
    EDGE_LIMITS,
    Logger,
    PrismaService,
    Notices,
    SessionLocks,
    ApiProcess,
    Admission,
    Listeners,
    MachinePace,
    Shutdown,
    Periodic,
  ],
})
export class PlatformModule {}
