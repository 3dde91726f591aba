import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { AgentsModule } from "../agents/agents.module.js";
import { BackendsModule } from "../backends/backends.module.js";
import { BootQueueModule } from "../boot-queue/boot-queue.module.js";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { AdminBackendsController } from "./admin-backends.controller.js";
import { AdminContainersController } from "./admin-containers.controller.js";
import { AgentBoot } from "./agent-boot.js";
import { AgentContainersController } from "./agent-containers.controller.js";
import { AgentKeeperService } from "./agent-keeper.service.js";
import { AgentStarter } from "./agent-starter.js";
import { AgentDeletionRepository } from "./agent-deletion.repository.js";
import { AgentDeletionService } from "./agent-deletion.service.js";
import { AgentLocks } from "./agent-locks.js";
import { AgentLogsService } from "./agent-logs.service.js";
import { AgentRestartService } from "./agent-restart.service.js";
import { AgentStartService } from "./agent-start.service.js";
import { AgentStopService } from "./agent-stop.service.js";
import { ConfigEffectService } from "./config-effect.service.js";
import { ContainersRepository } from "./containers.repository.js";
import { ContainerStatusRepository } from "./container-status.repository.js";
import { IdleAgentsService } from "./idle-agents.service.js";
import { KeptAgentsRepository } from "./kept-agents.repository.js";
import { SupervisorReportsRepository } from "./supervisor-reports.repository.js";
import { ContainerRepair } from "./container-repair.js";
import { ContainerStatusWriter } from "./container-status.js";
import { ContainerViewsRepository } from "./container-views.repository.js";
import { ContainerViewsService } from "./container-views.service.js";
import { HANG_LIMITS, hangLimits } from "./hang-limits.js";
import { HangWatchService } from "./hang-watch.service.js";
import { HungAgentEnder } from "./hung-agent-ender.js";
import { DiskRoomService } from "./disk-room.service.js";
import { ImageCheckService } from "./image-check.service.js";
import { MemoryLossService } from "./memory-loss.service.js";
import { ReconcilerService } from "./reconciler.service.js";
import { StartFlights } from "./start-flights.js";
import { StateSizesRepository } from "./state-sizes.repository.js";
import { StateSizesService } from "./state-sizes.service.js";
import { SupervisorReportsService } from "./supervisor-reports.service.js";
import { SupervisorStatusController } from "./supervisor-status.controller.js";
import { TurnFaultsService } from "./turn-faults.service.js";

@Module({
  imports: [AgentConfigModule, AgentsModule, BackendsModule, BootQueueModule, OwnerEventsModule, RuntimeHostModule, SettingsModule],
  controllers: [AgentContainersController, AdminContainersController, AdminBackendsController, SupervisorStatusController],
  providers: [
    AgentStartService,
    AgentStopService,
    AgentRestartService,
    AgentDeletionService,
    AgentDeletionRepository,
    AgentLocks,
    AgentLogsService,
    IdleAgentsService,
    ContainersRepository,
    ContainerStatusRepository,
    ContainerStatusWriter,
    ContainerViewsService,
    ContainerViewsRepository,
    AgentBoot,
    AgentStarter,
    StartFlights,
    ContainerRepair,
    ReconcilerService,
    AgentKeeperService,
    KeptAgentsRepository,
    ImageCheckService,
    DiskRoomService,
    StateSizesService,
    StateSizesRepository,
    SupervisorReportsService,
    SupervisorReportsRepository,
    ConfigEffectService,
    MemoryLossService,
    HungAgentEnder,
    HangWatchService,
    { provide: HANG_LIMITS, useValue: hangLimits },
    TurnFaultsService,
  ],
  exports: [
    AgentStartService,
    AgentStopService,
    AgentRestartService,
    AgentDeletionService,
    AgentKeeperService,
    AgentLogsService,
    IdleAgentsService,
    ConfigEffectService,
    HangWatchService,
    DiskRoomService,
    StateSizesService,
    TurnFaultsService,
  ],
})
export class ContainerLifecycleModule {}
