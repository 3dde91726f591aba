import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { ContainerLifecycleModule } from "../container-lifecycle/container-lifecycle.module.js";
import { ConversationsModule } from "../conversations/conversations.module.js";
import { ChatProxyController } from "./chat-proxy.controller.js";
import { LlmRelayModule } from "../llm-relay/llm-relay.module.js";
import { TURN_LIMITS, turnLimits } from "./turn-limits.js";
import { TurnRunner } from "./turn-runner.js";
import { TurnSilence } from "./turn-silence.js";

@Module({
  imports: [AuthModule, ConversationsModule, ContainerLifecycleModule, LlmRelayModule],
  controllers: [ChatProxyController],
  providers: [TurnRunner, TurnSilence, { provide: TURN_LIMITS, useValue: turnLimits }],
})
export class ChatProxyModule {}
