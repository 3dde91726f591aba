import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { AuthModule } from "../auth/auth.module.js";
import { ContainerLifecycleModule } from "../container-lifecycle/container-lifecycle.module.js";
import { ConversationsModule } from "../conversations/conversations.module.js";
import { ChatProxyController } from "./chat-proxy.controller.js";
import { LlmRelayModule } from "../llm-relay/llm-relay.module.js";
import { TurnDiagnosisService } from "./turn-diagnosis.service.js";
import { TURN_LIMITS, turnLimits } from "./turn-limits.js";
import { TurnRunner } from "./turn-runner.js";
import { TurnSilence } from "./turn-silence.js";

@Module({
  imports: [AuthModule, AgentConfigModule, ConversationsModule, ContainerLifecycleModule, LlmRelayModule],
  controllers: [ChatProxyController],
  providers: [TurnRunner, TurnSilence, TurnDiagnosisService, { provide: TURN_LIMITS, useValue: turnLimits }],
})
export class ChatProxyModule {}
