import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { ConversationsModule } from "../conversations/conversations.module.js";
import { FilesModule } from "../files/files.module.js";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { AddedAmounts } from "./added-amounts.js";
import { ExportController } from "./export.controller.js";
import { ExportRepository } from "./export.repository.js";
import { ExportService } from "./export.service.js";
import { SettingsModule } from "../settings/settings.module.js";
import { ImportController } from "./import.controller.js";
import { ImportRepository } from "./import.repository.js";
import { ImportService } from "./import.service.js";
import { LinkReaders } from "./shares/link-readers.js";
import { ShareLinksController } from "./shares/share-links.controller.js";
import { ShareLinksService } from "./shares/share-links.service.js";
import { SharedFilesController } from "./shares/shared-files.controller.js";
import { SharedFilesService } from "./shares/shared-files.service.js";
import { SharedLinksController } from "./shares/shared-links.controller.js";
import { SharedReadingService } from "./shares/shared-reading.service.js";
import { SharesController } from "./shares/shares.controller.js";
import { SharesRepository } from "./shares/shares.repository.js";
import { SharesService } from "./shares/shares.service.js";

@Module({
  imports: [AuthModule, ConversationsModule, FilesModule, OwnerEventsModule, SettingsModule],
  controllers: [ExportController, ImportController, SharesController, SharedFilesController, SharedLinksController, ShareLinksController],
  providers: [
    AddedAmounts,
    ExportService,
    ExportRepository,
    ImportService,
    ImportRepository,
    LinkReaders,
    ShareLinksService,
    SharedFilesService,
    SharedReadingService,
    SharesService,
    SharesRepository,
  ],
})
export class ConversationFilesModule {}
