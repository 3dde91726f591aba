import { Module } from "@nestjs/common";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { ConversationsController } from "./conversations.controller.js";
import { ConversationsRepository } from "./conversations.repository.js";
import { ConversationsService } from "./conversations.service.js";
import { HistoryService } from "./history.service.js";
import { TurnPresenceService } from "./turn-presence.service.js";
import { TurnsRepository } from "./turns.repository.js";
import { TurnsService } from "./turns.service.js";

@Module({
  imports: [OwnerEventsModule],
  controllers: [ConversationsController],
  providers: [ConversationsService, HistoryService, ConversationsRepository, TurnsService, TurnsRepository, TurnPresenceService],
  exports: [ConversationsService, HistoryService, TurnsService],
})
export class ConversationsModule {}
