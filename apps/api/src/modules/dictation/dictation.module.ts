import { Module } from "@nestjs/common";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { OutboundAccessModule } from "../outbound-access/outbound-access.module.js";
import { DictationController } from "./dictation.controller.js";
import { DictationService } from "./dictation.service.js";

@Module({
  imports: [LlmProvidersModule, OutboundAccessModule],
  controllers: [DictationController],
  providers: [DictationService],
})
export class DictationModule {}
