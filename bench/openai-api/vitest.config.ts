import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { root: import.meta.dirname, include: ["openai-api.bench.ts"], testTimeout: 3_600_000, hookTimeout: 3_600_000 },
});
