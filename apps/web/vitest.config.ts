import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "@messages": fileURLToPath(new URL("messages/en", import.meta.url)),
      "@": fileURLToPath(new URL(".", import.meta.url)),
    },
  },
  oxc: { jsx: { runtime: "automatic" } },
  test: {
    name: "web",
    environment: "jsdom",
    include: ["**/*.test.{ts,tsx}"],
    exclude: ["node_modules", "out", ".next"],
    setupFiles: ["./test/setup.ts"],
    testTimeout: 20_000,
  },
});
