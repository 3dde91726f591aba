import { Module } from "@nestjs/common";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { AgentSayingsRepository } from "./agent-sayings.repository.js";
import { ConversationDeletionRepository } from "./conversation-deletion.repository.js";
import { ConversationDeletionService } from "./conversation-deletion.service.js";
import { ConversationListRepository } from "./conversation-list.repository.js";
import { ConversationsController } from "./conversations.controller.js";
import { ConversationsRepository } from "./conversations.repository.js";
import { ConversationsService } from "./conversations.service.js";
import { DELETION_TIMES, deletionTimes } from "./deletion-times.js";
import { DraftsController } from "./drafts.controller.js";
import { DraftsRepository } from "./drafts.repository.js";
import { DraftsService } from "./drafts.service.js";
import { HistoryService } from "./history.service.js";
import { MessagePagesRepository } from "./message-pages.repository.js";
import { MessagePagesService } from "./message-pages.service.js";
import { MessageTreeRepository } from "./message-tree.repository.js";
import { ReadMarksController } from "./read-marks.controller.js";
import { ReadMarksRepository } from "./read-marks.repository.js";
import { ReadMarksService } from "./read-marks.service.js";
import { TurnLogRepository } from "./turn-log.repository.js";
import { TurnLogService } from "./turn-log.service.js";

@Module({
  imports: [OwnerEventsModule],
  controllers: [ConversationsController, DraftsController, ReadMarksController],
  providers: [
    ConversationsService,
    ConversationsRepository,
    ConversationListRepository,
    ConversationDeletionService,
    ConversationDeletionRepository,
    AgentSayingsRepository,
    DraftsService,
    DraftsRepository,
    ReadMarksService,
    ReadMarksRepository,
    HistoryService,
    MessagePagesService,
    MessagePagesRepository,
    MessageTreeRepository,
    TurnLogService,
    TurnLogRepository,
    { provide: DELETION_TIMES, useValue: deletionTimes },
  ],
  exports: [ConversationsService, HistoryService, MessageTreeRepository, TurnLogService],
})
export class ConversationsModule {}
