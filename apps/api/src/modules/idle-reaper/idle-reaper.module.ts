import { Module } from "@nestjs/common";
import { ContainerLifecycleModule } from "../container-lifecycle/container-lifecycle.module.js";
import { IdleReaperRepository } from "./idle-reaper.repository.js";
import { IdleReaperService } from "./idle-reaper.service.js";

@Module({ imports: [ContainerLifecycleModule], providers: [IdleReaperService, IdleReaperRepository] })
export class IdleReaperModule {}
