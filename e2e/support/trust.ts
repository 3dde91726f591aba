import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const trustProgram = "/usr/bin/certutil";

/** Makes a home folder whose Chromium trusts a private certificate authority, as an administrator's computers would. */
export async function makeTrustingHome(home: string, authorityFile: string): Promise<void> {
  const store = join(home, ".pki/nssdb");
  await mkdir(store, { recursive: true });
  await run(trustProgram, ["-d", `sql:${store}`, "-N", "--empty-password"]);
  await run(trustProgram, ["-d", `sql:${store}`, "-A", "-t", "C,,", "-n", "Private authority", "-i", authorityFile]);
}
