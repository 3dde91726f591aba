import { join } from "node:path";

/** Folder whose node_modules holds the real OpenClaw. Installing it takes 650 MB, so a machine may do without these tests. */
export const openclawDir = process.env["MOSAIC_OPENCLAW_DIR"] ?? "";

export const openclawPackage = join(openclawDir, "node_modules/openclaw");

const isMissing = openclawDir === "";

/** Where everything is required, a missing OpenClaw must fail and not be passed over. */
export const isSkipped = isMissing && process.env["MOSAIC_REQUIRE_ALL"] !== "1";

export const skipReason = isSkipped ? " (skipped: MOSAIC_OPENCLAW_DIR is not set)" : "";

export function requireOpenclaw(): void {
  if (isMissing) throw new Error("MOSAIC_OPENCLAW_DIR is not set, and MOSAIC_REQUIRE_ALL=1 wants every test to run");
}
