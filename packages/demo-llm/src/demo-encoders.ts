import type { DemoEncoder } from "./demo-encoder.js";
import { anthropicEncoder } from "./demo-encoder.anthropic.js";
import { ollamaEncoder } from "./demo-encoder.ollama.js";
import { openAiEncoder } from "./demo-encoder.openai.js";
import type { DemoProtocolName } from "./demo-request.js";

export const demoEncoders: Readonly<Record<DemoProtocolName, DemoEncoder>> = {
  openai: openAiEncoder,
  anthropic: anthropicEncoder,
  ollama: ollamaEncoder,
};
