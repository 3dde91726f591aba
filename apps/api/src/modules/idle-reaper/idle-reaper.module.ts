import { Module } from "@nestjs/common";
import { ContainerLifecycleModule } from "../container-lifecycle/container-lifecycle.module.js";
import { IdleReaperService } from "./idle-reaper.service.js";

@Module({ imports: [ContainerLifecycleModule], providers: [IdleReaperService] })
export class IdleReaperModule {}
