import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { AuthModule } from "../auth/auth.module.js";
import { ContainersModule } from "../containers/containers.module.js";
import { ConversationsModule } from "../conversations/conversations.module.js";
import { FilesModule } from "../files/files.module.js";
import { FoldersModule } from "../folders/folders.module.js";
import { LlmRelayModule } from "../llm-relay/llm-relay.module.js";
import { TurnFilesRepository } from "./files/turn-files.repository.js";
import { MadeFilesService } from "./files/made-files.service.js";
import { TurnFilesService } from "./files/turn-files.service.js";
import { BranchesRepository } from "./branches.repository.js";
import { BranchesService } from "./branches.service.js";
import { TurnSessionsService } from "./turn-sessions.service.js";
import { SessionDeletionRepository } from "./session-deletion.repository.js";
import { SESSION_DELETION_EVERY_MS, SessionDeletionService, sessionDeletionEveryMs } from "./session-deletion.service.js";
import { FollowedTurns } from "./followed-turns.js";
import { TurnDiagnosisService } from "./turn-diagnosis.service.js";
import { TurnEngine } from "./turn-engine.js";
import { TURN_LIMITS, turnLimits } from "./turn-limits.js";
import { TurnPresenceService } from "./turn-presence.service.js";
import { TurnReaders } from "./turn-readers.js";
import { TurnRunner } from "./turn-runner.js";
import { TurnSilence } from "./turn-silence.js";
import { TurnsController } from "./turns.controller.js";
import { ProgramMarksRepository } from "./program-marks.repository.js";
import { TurnsRepository } from "./turns.repository.js";
import { TurnsService } from "./turns.service.js";
import { WaitingMessagesController } from "./waiting-messages.controller.js";
import { WaitingMessagesRepository } from "./waiting-messages.repository.js";
import { WaitingMessagesService } from "./waiting-messages.service.js";

@Module({
  imports: [AuthModule, AgentConfigModule, ConversationsModule, ContainersModule, FilesModule, FoldersModule, LlmRelayModule],
  controllers: [TurnsController, WaitingMessagesController],
  providers: [
    TurnsService,
    TurnsRepository,
    ProgramMarksRepository,
    TurnPresenceService,
    TurnEngine,
    TurnRunner,
    TurnSessionsService,
    SessionDeletionService,
    SessionDeletionRepository,
    { provide: SESSION_DELETION_EVERY_MS, useValue: sessionDeletionEveryMs },
    BranchesService,
    BranchesRepository,
    TurnSilence,
    TurnDiagnosisService,
    TurnReaders,
    TurnFilesService,
    MadeFilesService,
    TurnFilesRepository,
    FollowedTurns,
    WaitingMessagesService,
    WaitingMessagesRepository,
    { provide: TURN_LIMITS, useValue: turnLimits },
  ],
  exports: [BranchesService, TurnEngine, TurnReaders, TurnsService],
})
export class TurnsModule {}
