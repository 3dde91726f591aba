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
import { ContainerLifecycleRepository } from "./container-lifecycle.repository.js";
import { ContainerLifecycleService } from "./container-lifecycle.service.js";
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
    ContainerLifecycleService,
    ContainerLifecycleRepository,
    ContainerStatusWriter,
    ContainerViewsService,
    ContainerViewsRepository,
    AgentBoot,
    AgentStarter,
    StartFlights,
    ContainerRepair,
    ReconcilerService,
    AgentKeeperService,
    ImageCheckService,
    DiskRoomService,
    StateSizesService,
    StateSizesRepository,
    SupervisorReportsService,
    MemoryLossService,
    HungAgentEnder,
    HangWatchService,
    { provide: HANG_LIMITS, useValue: hangLimits },
    TurnFaultsService,
  ],
  exports: [ContainerLifecycleService, HangWatchService, DiskRoomService, StateSizesService, TurnFaultsService],
})
export class ContainerLifecycleModule {}
