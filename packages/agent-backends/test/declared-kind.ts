import { declaredBackend, type DeclaredBackend } from "@mosaic/contracts/declared-backend";

/** With a template of each kind. */
export function someDeclared(over: Record<string, unknown> = {}): DeclaredBackend {
  return declaredBackend.parse({
    id: "echo",
    label: "Echo",
    description: "Says it again.",
    image: "example.org/echo:1",
    command: ["echo-agent", "--port", "${PORT}", "--config", "${STATE_DIR}/config.json", "--soul=${RUN_DIR}/soul.yaml"],
    user: 1234,
    port: 8080,
    stateDir: "/data",
    environment: { LLM_KEY: "Bearer ${LLM_API_KEY}", AGENT: "${AGENT_NAME} (${AGENT_ID}), $${AGENT_NAME}", PLAIN: "x" },
    files: [
      {
        root: "state",
        path: "config.json",
        content: '{"base": "${LLM_BASE_URL}", "model": "${LLM_MODEL}", "name": "${AGENT_NAME}", "port": ${PORT}}',
        escape: "json",
      },
      { root: "run", path: "soul.yaml", content: 'soul: "${AGENT_PERSONALITY}"\nkey: "${GATEWAY_KEY}"\n', escape: "yaml", reads: "turn" },
      { root: "state", path: "SOUL.md", content: "${AGENT_PERSONALITY}", reads: "turn" },
    ],
    key: { env: "SERVER_KEY" },
    ...over,
  });
}
