import Docker from "dockerode";
import { expect, it } from "vitest";

/** Why tests with a Docker engine can't run here, `null` if they can. */
async function whyNoDocker(): Promise<string | null> {
  if (process.env["MOSAIC_TEST_DOCKER"] === "0") return "MOSAIC_TEST_DOCKER is 0";
  try {
    await new Docker({ timeout: 5_000 }).ping();
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    return `no Docker engine is reachable (${code})`;
  }
}

/** Runs a suite where there is a Docker engine; elsewhere a test of its name says why not, and fails where nothing may be skipped. */
export async function describeWithDocker(title: string, suite: (title: string) => void | Promise<void>): Promise<void> {
  const reason = await whyNoDocker();
  if (reason === null) await suite(title);
  else describeMissing(title, reason);
}

export function describeMissing(title: string, reason: string): void {
  it.skipIf(process.env["MOSAIC_REQUIRE_ALL"] !== "1")(`${title} is skipped: ${reason}`, () => {
    expect.fail(`nothing may be skipped here, but ${reason}`);
  });
}
