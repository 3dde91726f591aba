import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { ContainerLifecycleModule } from "../container-lifecycle/container-lifecycle.module.js";
import { ConversationsModule } from "../conversations/conversations.module.js";
import { ChatProxyController } from "./chat-proxy.controller.js";
import { TURN_LIMITS, turnLimits } from "./turn-limits.js";
import { TurnRunner } from "./turn-runner.js";

@Module({
  imports: [AuthModule, ConversationsModule, ContainerLifecycleModule],
  controllers: [ChatProxyController],
  providers: [TurnRunner, { provide: TURN_LIMITS, useValue: turnLimits }],
})
export class ChatProxyModule {}
