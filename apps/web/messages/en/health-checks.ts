import type { HealthCheck } from "@mosaic/contracts/health";

export const m = {
  checks: {
    database: "Database",
    clock: "Clock",
    disk: "Disk",
    runtime: "Runtime",
    isolation: "Isolation",
    provider: "LLM provider",
    image: "Agent software",
    memory: "Memory per agent",
    agent_files: "Agents’ files",
    settings: "Settings",
    sign_in: "Single sign-on",
  } satisfies Record<HealthCheck["id"], string>,
};
