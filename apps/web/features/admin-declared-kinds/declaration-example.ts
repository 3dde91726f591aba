import type { DeclaredBackend, declaredBackend } from "@mosaic/contracts/declared-backend";
import type { z } from "zod";
import { m } from "@messages/admin-declared-kinds";

/** What a new declaration begins with: small, complete, and with each part that most software needs. */
const example: z.input<typeof declaredBackend> = {
  id: "my-agent",
  label: m.exampleLabel,
  description: m.exampleDescription,
  image: "registry.example.org/my-agent:1.0",
  command: ["/app/serve", "--port", "${PORT}"],
  user: 1000,
  port: 8000,
  readyPath: "/health",
  stateDir: "/home/agent/data",
  environment: {
    OPENAI_BASE_URL: "${LLM_BASE_URL}",
    OPENAI_API_KEY: "${LLM_API_KEY}",
    MODEL: "${LLM_MODEL}",
  },
  files: [{ root: "state", path: "prompts/system.md", content: m.examplePrompt }],
  key: { env: "SERVER_KEY" },
  session: { by: "user" },
  history: "last",
};

export const asText = (declaration: DeclaredBackend | typeof example): string => `${JSON.stringify(declaration, null, 2)}\n`;

export const exampleText = asText(example);
