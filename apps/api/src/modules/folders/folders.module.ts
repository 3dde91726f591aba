import { Module } from "@nestjs/common";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { FolderInstructionsRepository } from "./folder-instructions.repository.js";
import { FolderInstructionsService } from "./folder-instructions.service.js";
import { FoldersController } from "./folders.controller.js";
import { FoldersRepository } from "./folders.repository.js";
import { FoldersService } from "./folders.service.js";

@Module({
  imports: [OwnerEventsModule],
  controllers: [FoldersController],
  providers: [FoldersService, FoldersRepository, FolderInstructionsService, FolderInstructionsRepository],
  exports: [FolderInstructionsService],
})
export class FoldersModule {}
