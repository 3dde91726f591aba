import { Module } from "@nestjs/common";
import { ContainerLifecycleModule } from "../container-lifecycle/container-lifecycle.module.js";
import { UserAdminController } from "./user-admin.controller.js";
import { UserAdminRepository } from "./user-admin.repository.js";
import { UserAdminService } from "./user-admin.service.js";
import { UserDeletionRepository } from "./user-deletion.repository.js";
import { UserDeletionService } from "./user-deletion.service.js";

@Module({
  imports: [ContainerLifecycleModule],
  controllers: [UserAdminController],
  providers: [UserAdminService, UserAdminRepository, UserDeletionService, UserDeletionRepository],
})
export class UserAdminModule {}
