import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/{contracts,agent-backends,outbound,supervisor,testing}/test/**/*.test.ts",
            "apps/api/src/**/*.test.ts",
            "scripts/**/*.test.{ts,mjs}",
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "api",
          include: ["apps/api/test/**/*.api.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "noisy",
          include: ["apps/api/test/noisy/**/*.noisy.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "runtime",
          include: ["packages/runtime/test/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      "./apps/web/vitest.config.ts",
    ],
  },
});
