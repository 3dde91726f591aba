import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { ConversationsModule } from "../conversations/conversations.module.js";
import { FilesModule } from "../files/files.module.js";
import { PlainModelsModule } from "../plain-models/plain-models.module.js";
import { TurnsModule } from "../turns/turns.module.js";
import { ChatCompletionsService } from "./chat-completions.service.js";
import { OpenAiAgentsRepository } from "./openai-agents.repository.js";
import { OpenAiAnswersService } from "./openai-answers.service.js";
import { OpenAiBodies } from "./openai-bodies.js";
import { OpenAiConversationsRepository } from "./openai-conversations.repository.js";
import { OpenAiConversationsService } from "./openai-conversations.service.js";
import { OpenAiController } from "./openai.controller.js";
import { OpenAiModelsService } from "./openai-models.service.js";
import { OpenAiTurnsRepository } from "./openai-turns.repository.js";
import { OpenAiTurnsService } from "./openai-turns.service.js";
import { ResponsesService } from "./responses.service.js";

@Module({
  imports: [AuthModule, ConversationsModule, FilesModule, PlainModelsModule, TurnsModule],
  controllers: [OpenAiController],
  providers: [
    ChatCompletionsService,
    OpenAiAgentsRepository,
    OpenAiAnswersService,
    OpenAiBodies,
    OpenAiConversationsRepository,
    OpenAiConversationsService,
    OpenAiModelsService,
    OpenAiTurnsRepository,
    OpenAiTurnsService,
    ResponsesService,
  ],
})
export class OpenAiApiModule {}
