import { expect, it } from "vitest";
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
