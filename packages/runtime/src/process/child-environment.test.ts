import { expect, it } from "vitest";
import type { WorkloadSpec } from "../workload-spec.js";
import { childEnvironment } from "./child-environment.js";
import { npmEnvironment } from "./npm-installation.js";

const spec: WorkloadSpec = {
  name: "agent-1",
  instanceId: "instance",
  agentId: "agent",
  image: { name: "unused", buildContext: null, installation: null },
  command: null,
  environment: { MOSAIC_CONFIG_URL: "http://127.0.0.1:8081/api/internal/agent-config/agent" },
  port: 9999,
  mounts: { state: "/unused/state", run: "/unused/run" },
  limits: { memoryBytes: 1536 * 1024 * 1024, nanoCpus: 0, pids: 0 },
  labels: {},
  tokenBy: "stdin",
  user: 1000,
  isRootReadOnly: true,
};
const places = {
  folders: { root: "/s/agent-1", state: "/s/agent-1/state", home: "/s/agent-1/home", tmp: "/s/agent-1/tmp" },
  runDir: "/dev/shm/agent-1",
  port: 4000,
};

it("gives an agent its place and what its software wants, and of Mosaic's environment only what it needs to reach the outside", () => {
  const host = {
    PATH: "/bin",
    TZ: "UTC",
    HOME: "/root",
    NODE_OPTIONS: "--inspect",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
    HTTPS_PROXY: "http://proxy:3128",
    NO_PROXY: "internal",
    MOSAIC_SECRET_KEY: "secret",
    DATABASE_URL: "postgres://secret",
    OPENAI_API_KEY: "secret",
    npm_config_registry: "http://registry",
  };
  const environment = childEnvironment(spec, { SOFTWARE_DIR: "/s/software", MOSAIC_AGENT_PORT: "80" }, places, host);
  expect(JSON.stringify(environment)).not.toContain("secret");
  expect(environment).toMatchObject({
    PATH: "/bin",
    TZ: "UTC",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
    HTTPS_PROXY: "http://proxy:3128",
    NO_PROXY: "internal,127.0.0.1,localhost,::1",
    HOME: "/s/agent-1/home",
    NODE_OPTIONS: "--max-semi-space-size=8 --max-old-space-size=1152",
    MOSAIC_CONFIG_URL: spec.environment["MOSAIC_CONFIG_URL"],
    MOSAIC_AGENT_STATE_DIR: "/s/agent-1/state",
    MOSAIC_AGENT_RUN_DIR: "/dev/shm/agent-1",
    MOSAIC_AGENT_PORT: "4000",
    MOSAIC_EXIT_WITH_PARENT: "1",
    SOFTWARE_DIR: "/s/software",
  });
  expect(environment).not.toHaveProperty("npm_config_registry");
});

it("speaks of proxies only where there is one", () => {
  expect(childEnvironment(spec, {}, places, { PATH: "/bin" })).not.toHaveProperty("NO_PROXY");
});

it("lets npm see the user's settings and none of Mosaic's secrets", () => {
  const host = {
    PATH: "/bin",
    HOME: "/root",
    npm_config_registry: "r",
    MOSAIC_SECRET_KEY: "x",
    DATABASE_URL: "x",
    PGPASSWORD: "x",
    npm_package_name: "x",
    NODE_OPTIONS: "x",
  };
  expect(npmEnvironment(host, "/node/bin/node")).toEqual({ PATH: "/bin:/node/bin", HOME: "/root", npm_config_registry: "r" });
});
