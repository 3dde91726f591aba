import { Module } from "@nestjs/common";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { ConversationsController } from "./conversations.controller.js";
import { ConversationsRepository } from "./conversations.repository.js";
import { ConversationsService } from "./conversations.service.js";
import { HistoryService } from "./history.service.js";
import { MessagePagesRepository } from "./message-pages.repository.js";
import { MessagePagesService } from "./message-pages.service.js";
import { TurnLogRepository } from "./turn-log.repository.js";
import { TurnLogService } from "./turn-log.service.js";

@Module({
  imports: [OwnerEventsModule],
  controllers: [ConversationsController],
  providers: [
    ConversationsService,
    HistoryService,
    ConversationsRepository,
    MessagePagesService,
    MessagePagesRepository,
    TurnLogService,
    TurnLogRepository,
  ],
  exports: [ConversationsService, HistoryService, TurnLogService],
})
export class ConversationsModule {}
