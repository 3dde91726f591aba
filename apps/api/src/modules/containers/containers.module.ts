import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { AgentsModule } from "../agents/agents.module.js";
import { BackendsModule } from "../backends/backends.module.js";
import { BootQueueModule } from "../boot-queue/boot-queue.module.js";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { AdminBackendsController } from "./views/admin-backends.controller.js";
import { AdminContainersController } from "./views/admin-containers.controller.js";
import { AgentBoot } from "./start/agent-boot.js";
import { AgentContainersController } from "./views/agent-containers.controller.js";
import { AgentKeeperService } from "./reconcile/agent-keeper.service.js";
import { AgentStarter } from "./start/agent-starter.js";
import { AgentDeletionRepository } from "./stop/agent-deletion.repository.js";
import { AgentDeletionService } from "./stop/agent-deletion.service.js";
import { AgentFilesService } from "./files/agent-files.service.js";
import { AgentLocks } from "./agent-locks.js";
import { AgentLogsService } from "./views/agent-logs.service.js";
import { AgentRestartService } from "./stop/agent-restart.service.js";
import { AgentStartService } from "./start/agent-start.service.js";
import { AgentStopService } from "./stop/agent-stop.service.js";
import { ConfigEffectService } from "./reports/config-effect.service.js";
import { ContainersRepository } from "./containers.repository.js";
import { ContainerStatusRepository } from "./container-status.repository.js";
import { IdleAgentsService } from "./stop/idle-agents.service.js";
import { KeptAgentsRepository } from "./reconcile/kept-agents.repository.js";
import { SupervisorReportsRepository } from "./reports/supervisor-reports.repository.js";
import { ContainerRepair } from "./reconcile/container-repair.js";
import { ContainerStatusWriter } from "./container-status.js";
import { ContainerViewsRepository } from "./views/container-views.repository.js";
import { ContainerViewsService } from "./views/container-views.service.js";
import { HANG_LIMITS, hangLimits } from "./hang/hang-limits.js";
import { HangWatchService } from "./hang/hang-watch.service.js";
import { HungAgentEnder } from "./hang/hung-agent-ender.js";
import { DiskRoomService } from "./disk/disk-room.service.js";
import { ImageCheckService } from "./views/image-check.service.js";
import { MemoryLossService } from "./reports/memory-loss.service.js";
import { OutdatedAgentsService } from "./reports/outdated-agents.service.js";
import { PastStartsService } from "./start/past-starts.service.js";
import { ReconcilerService } from "./reconcile/reconciler.service.js";
import { StartFlights } from "./start/start-flights.js";
import { StateSizesRepository } from "./disk/state-sizes.repository.js";
import { StateSizesService } from "./disk/state-sizes.service.js";
import { SupervisorReportsService } from "./reports/supervisor-reports.service.js";
import { SupervisorStatusController } from "./reports/supervisor-status.controller.js";
import { TurnFaultsService } from "./reports/turn-faults.service.js";

@Module({
  imports: [AgentConfigModule, AgentsModule, BackendsModule, BootQueueModule, OwnerEventsModule, RuntimeHostModule, SettingsModule],
  controllers: [AgentContainersController, AdminContainersController, AdminBackendsController, SupervisorStatusController],
  providers: [
    AgentStartService,
    PastStartsService,
    AgentStopService,
    AgentRestartService,
    AgentDeletionService,
    AgentDeletionRepository,
    AgentLocks,
    AgentLogsService,
    AgentFilesService,
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
    OutdatedAgentsService,
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
    AgentFilesService,
    IdleAgentsService,
    ConfigEffectService,
    HangWatchService,
    DiskRoomService,
    StateSizesService,
    TurnFaultsService,
  ],
})
export class ContainersModule {}
