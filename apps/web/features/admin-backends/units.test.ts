import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import { describe, expect, test } from "vitest";
import { checkBackend, memoryWarning, toBackendValues, toUpdateBackend } from "@/features/admin-backends/units";
import { adminState } from "@/test/admin-contract";

const stored = adminState().backends[0] as BackendSettings;

describe("a backend's form", () => {
  test("shows units that people think in", () => {
    expect(toBackendValues(stored)).toMatchObject({ memoryMb: "2048", cpus: "1.5", readySeconds: "120", idleMinutes: "30" });
  });

  test("changes nothing when nothing was typed", () => {
    const {
      id: _id,
      label: _label,
      agentCount: _count,
      memoryNeeds: _needs,
      isOffered: _offered,
      isDeclared: _declared,
      ...limits
    } = stored;
    expect(toUpdateBackend(toBackendValues(stored))).toEqual(limits);
  });

  test("says in those units what is out of bounds, and takes a decimal comma", () => {
    const values = { ...toBackendValues(stored), memoryMb: "100", cpus: "", idleMinutes: "1,5" };
    expect(checkBackend(values, stored)).toEqual({ memoryMb: "From 256 MB to 1,048,576 MB (1 TB)", cpus: "From 0.1 to 256 CPUs" });
    expect(toUpdateBackend(values).defaultIdleTimeoutSeconds).toBe(90);
  });

  test.each([
    ["1023", "OpenClaw needs at least 1024 MB. With less it is killed while it answers", "With less than 1024 MB"],
    ["1024", undefined, "1536 MB is comfortable"],
    ["1535", undefined, "1536 MB is comfortable"],
    ["1536", undefined, null],
    ["", "From 256 MB to 1,048,576 MB (1 TB)", null],
  ])("%s MB is refused below what the software needs and warned of below what is comfortable", (memoryMb, fault, warning) => {
    const values = { ...toBackendValues(stored), memoryMb };
    expect(checkBackend(values, stored).memoryMb).toBe(fault);
    expect(memoryWarning(values, stored)).toEqual(warning === null ? null : expect.stringContaining(warning));
  });

  test("a limit that was stored before such were refused keeps nothing else from being saved", () => {
    const low = { ...stored, memoryLimitBytes: 512 * 1024 ** 2 };
    expect(checkBackend({ ...toBackendValues(low), cpus: "2" }, low)).toEqual({});
    expect(memoryWarning(toBackendValues(low), low)).toContain("killed for lack of memory");
  });
});
