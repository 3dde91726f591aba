import { Module } from "@nestjs/common";
import { ContainersModule } from "../containers/containers.module.js";
import { UserAdminController } from "./user-admin.controller.js";
import { UserAdminRepository } from "./user-admin.repository.js";
import { UserAdminService } from "./user-admin.service.js";
import { UserDeletionRepository } from "./user-deletion.repository.js";
import { UserDeletionService } from "./user-deletion.service.js";

@Module({
  imports: [ContainersModule],
  controllers: [UserAdminController],
  providers: [UserAdminService, UserAdminRepository, UserDeletionService, UserDeletionRepository],
})
export class UserAdminModule {}
