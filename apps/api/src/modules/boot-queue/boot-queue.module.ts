import { Module } from "@nestjs/common";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { BootQueueRepository } from "./boot-queue.repository.js";
import { BootQueueService } from "./boot-queue.service.js";

@Module({ imports: [RuntimeHostModule], providers: [BootQueueService, BootQueueRepository], exports: [BootQueueService] })
export class BootQueueModule {}
