import { expect, test } from "vitest";
import { RuntimeHostService } from "../src/modules/runtime-host/runtime-host.service.js";
import { startTestApp } from "./harness/test-app.js";

async function runtimeAt(env: Record<string, string | undefined>): Promise<unknown> {
  const app = await startTestApp({ env });
  try {
    return await app.nest
      .get(RuntimeHostService, { strict: false })
      .runtime()
      .then(({ kind }) => kind)
      .catch((error: unknown) => error);
  } finally {
    await app.close();
  }
}

test("the process runtime is refused when Mosaic listens on more than loopback", async () => {
  for (const HOST of ["0.0.0.0", "::", "192.0.2.1"]) {
    expect(await runtimeAt({ MOSAIC_RUNTIME: "process", HOST })).toMatchObject({
      code: "runtime_refused",
      detail: expect.stringContaining("MOSAIC_ALLOW_UNISOLATED") as string,
    });
  }
});

test("unless its operator said so", async () => {
  expect(await runtimeAt({ MOSAIC_RUNTIME: "process", HOST: "0.0.0.0", MOSAIC_ALLOW_UNISOLATED: "true" })).toBe("process");
  expect(await runtimeAt({ MOSAIC_RUNTIME: "process", HOST: "127.0.0.1" })).toBe("process");
});

test("Docker is allowed wherever Mosaic listens", async () => {
  expect(await runtimeAt({ MOSAIC_RUNTIME: "docker", HOST: "0.0.0.0" })).toBe("docker");
});

test("without a choice nothing runs", async () => {
  expect(await runtimeAt({ MOSAIC_RUNTIME: undefined })).toMatchObject({ code: "runtime_unavailable" });
});
