import { Module } from "@nestjs/common";
import { BackendsRepository } from "./backends.repository.js";
import { BackendsService } from "./backends.service.js";

@Module({ providers: [BackendsService, BackendsRepository], exports: [BackendsService] })
export class BackendsModule {}
