import { expect, it } from "vitest";
import { lastWords } from "./install-step.js";
import { packagesToInstall } from "./install-progress.js";

it("counts what npm installs on this kind of machine", () => {
  const lock = {
    packages: {
      "": {},
      "node_modules/a": {},
      "node_modules/dev": { dev: true },
      "node_modules/linked": { link: true },
      "node_modules/linux": { os: ["linux"], optional: true },
      "node_modules/mac": { os: ["darwin"], optional: true },
      "node_modules/not-windows": { os: ["!win32"] },
      "node_modules/not-linux": { os: ["!linux"] },
      "node_modules/arm": { cpu: ["arm64"], os: ["linux"] },
    },
  };
  expect(packagesToInstall(lock, "linux", "x64")).toEqual(["node_modules/a", "node_modules/linux", "node_modules/not-windows"]);
  expect(packagesToInstall({}, "linux", "x64")).toEqual([]);
});

it("tells the end of what npm said, without addresses and tokens", () => {
  const said = [
    "npm error code E401",
    "npm error 401 https://user:pass@registry.example/openclaw - unauthorised",
    "npm error //registry.example/:_authToken=npm_abc123",
    "",
    "npm error A complete log of this run can be found in: /root/.npm/_logs/x.log",
  ].join("\n");
  const words = lastWords(said);
  expect(words).toContain("npm error code E401");
  expect(words).not.toMatch(/pass|abc123|_logs/);
});
