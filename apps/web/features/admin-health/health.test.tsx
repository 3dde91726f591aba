import type { HealthCheck } from "@mosaic/contracts/health";
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { HealthPage } from "@/features/admin-health/health-page";
import { press } from "@/test/actions";
import { adminState } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

const check = (over: Partial<HealthCheck>): HealthCheck => ({
  id: "database",
  label: "Database",
  state: "ok",
  detail: "It answers.",
  ...over,
});

test("the verdict is that of the worst check, and looking again takes it back", async () => {
  const disk = check({ id: "disk", label: "Disk", state: "warning", detail: "4 GB are left." });
  const runtime = check({ id: "runtime", label: "Runtime", state: "failing", detail: "Start the Docker engine." });
  const admin = adminState({ checks: [check({}), disk, runtime] });
  await openPage(<HealthPage />, { ...readyState(), admin }, "/admin/health");
  await screen.findByText("Something does not work");
  expect(screen.getByText("Start the Docker engine.")).toBeDefined();
  expect(screen.getByText("Not OK: Disk, Runtime")).toBeDefined();
  admin.checks = [check({}), disk];
  press("Check again");
  await screen.findByText("It works, with a warning");
  admin.checks = [check({})];
  press("Check again");
  await screen.findByText("Everything works");
  expect(screen.getByText("All checks are OK")).toBeDefined();
});
