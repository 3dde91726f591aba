import { expect, test } from "vitest";
import { unknownSettings } from "./unknown-settings.js";

const known = ["PORT", "MOSAIC_TRUSTED_PROXIES", "MOSAIC_RUNTIME"];

test("a misspelt setting is refused, with the one that is meant, and without its value", () => {
  expect(unknownSettings({ MOSAIC_TRUSTED_PROXY: "canary" }, known)).toEqual([
    "MOSAIC_TRUSTED_PROXY is no setting of Mosaic. Is MOSAIC_TRUSTED_PROXIES meant?",
  ]);
  expect(unknownSettings({ MOSAIC_LICENSE: "canary" }, known)).toEqual(["MOSAIC_LICENSE is no setting of Mosaic: take it out."]);
});

test("what others read, and what Kubernetes puts beside a service of this name, is left alone", () => {
  const others = {
    MOSAIC_RUNTIME: "docker",
    MOSAIC_OPENCLAW_DIR: "/opt",
    MOSAIC_TEST_DOCKER: "1",
    MOSAIC_SERVICE_HOST: "10.0.0.1",
    MOSAIC_SERVICE_PORT_HTTP: "80",
    MOSAIC_PORT: "tcp://10.0.0.1:80",
    MOSAIC_PORT_80_TCP_ADDR: "10.0.0.1",
    HOME: "/root",
  };
  expect(unknownSettings(others, known)).toEqual([]);
});
