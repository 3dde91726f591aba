import type { m as english } from "@/messages/en/provider-kinds";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  hints: {
    zai: "GLM-Modelle. Der Schlüssel eines Coding-Plans nutzt https://api.z.ai/api/coding/paas/v4.",
    openai: "GPT-Modelle, mit einem API-Schlüssel von der Plattformseite.",
    anthropic: "Claude-Modelle, mit einem API-Schlüssel aus der Konsole.",
    ollama: "Modelle auf Ihrem eigenen Rechner. Agenten in Containern erreichen es über eine Adresse des Rechners, nicht über localhost.",
    "openai-compatible": "vLLM, LiteLLM, OpenRouter und andere: Die Adresse endet meist auf /v1.",
    demo: "Eingebaut, um Mosaic ohne Schlüssel auszuprobieren. Es wiederholt nur, was man ihm schickt.",
  },
  labels: {
    zai: "Z.ai",
    openai: "OpenAI",
    anthropic: "Anthropic",
    ollama: "Ollama",
    "openai-compatible": "Beliebiger OpenAI-kompatibler Server",
    demo: "Demo-Modell (keine echte KI)",
  },
};
