import { defineConfig, devices } from "@playwright/test";
import type { RuntimeOptions } from "./support/fixtures.ts";

/** Two files at a time, on two cores: much of a test is waiting for agents. Within a file one after the other. */
export default defineConfig<RuntimeOptions>({
  testDir: "tests",
  workers: 2,
  fullyParallel: false,
  forbidOnly: process.env["CI"] !== undefined,
  // An agent's start that ran into another's is tried once more, which the report tells.
  retries: process.env["CI"] === undefined ? 0 : 1,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  outputDir: "../.mosaic/e2e-results",
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1440, height: 900 },
    // What moves is drawn sixty times a second, by the cores that agents start on.
    contextOptions: { reducedMotion: "reduce" },
    // What is not there by then does not come, and is told where it is missing.
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    launchOptions: {
      executablePath: process.env["MOSAIC_CHROMIUM"] ?? "/usr/bin/chromium",
      chromiumSandbox: false,
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    screenshot: "only-on-failure",
    trace: "off",
    video: "off",
  },
  projects: [
    // What no agent takes part in is tested once.
    { name: "docker", use: { runtime: "docker" }, grepInvert: /@process/ },
    // What only an engine can do wrong is no test of the process runtime.
    { name: "process", use: { runtime: "process" }, grepInvert: /@docker/ },
  ],
});
