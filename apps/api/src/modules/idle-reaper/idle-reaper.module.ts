import { Module } from "@nestjs/common";
import { ContainersModule } from "../containers/containers.module.js";
import { IdleReaperService } from "./idle-reaper.service.js";

@Module({ imports: [ContainersModule], providers: [IdleReaperService] })
export class IdleReaperModule {}
