import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import { describe, expect, test } from "vitest";
import { checkBackend, toBackendValues, toUpdateBackend } from "@/features/admin-backends/units";
import { adminState } from "@/test/admin-contract";

const stored = adminState().backends[0] as BackendSettings;

describe("a backend's form", () => {
  test("shows units that people think in", () => {
    expect(toBackendValues(stored)).toMatchObject({ memoryMb: "2048", cpus: "1.5", readySeconds: "120", idleMinutes: "30" });
  });

  test("changes nothing when nothing was typed", () => {
    const { id: _id, label: _label, agentCount: _count, ...limits } = stored;
    expect(toUpdateBackend(toBackendValues(stored))).toEqual(limits);
  });

  test("says in those units what is out of bounds, and takes a decimal comma", () => {
    const values = { ...toBackendValues(stored), memoryMb: "100", cpus: "", idleMinutes: "1,5" };
    expect(checkBackend(values)).toEqual({ memoryMb: "From 256 MB to 1,048,576 MB (1 TB)", cpus: "From 0.1 to 256 CPUs" });
    expect(toUpdateBackend(values).defaultIdleTimeoutSeconds).toBe(90);
  });
});
