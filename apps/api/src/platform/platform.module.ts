import { Global, Module } from "@nestjs/common";
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
import { Shutdown } from "./shutdown/shutdown.js";

@Global()
@Module({
  providers: [
    { provide: ENV, useFactory: readEnv },
    { provide: TRUSTED_CERTIFICATES, useFactory: readTrustedCertificates, inject: [ENV] },
    { provide: CLOCK, useValue: systemClock },
    { provide: Logger, useFactory: (env: Env) => new Logger(env.LOG_LEVEL), inject: [ENV] },
    PrismaService,
    PostgresChannel,
    Notices,
    SessionLocks,
    { provide: EDGE_LIMITS, useValue: edgeLimits },
    Connections,
    Admission,
    Listeners,
    MachinePace,
    Shutdown,
  ],
  exports: [
    ENV,
    TRUSTED_CERTIFICATES,
    CLOCK,
    EDGE_LIMITS,
    Logger,
    PrismaService,
    Notices,
    SessionLocks,
    Admission,
    Listeners,
    MachinePace,
    Shutdown,
  ],
})
export class PlatformModule {}
