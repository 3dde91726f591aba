import { describe, expect, it } from "vitest";
import { parseEngineHost } from "./engine.js";

const defaultValue = "/var/run/docker.sock";

describe("parseEngineHost", () => {
  it.each([
    [undefined, defaultValue],
    ["", defaultValue],
    ["unix://", defaultValue],
    ["unix:///run/user/1000/docker.sock", "/run/user/1000/docker.sock"],
    ["/run/other.sock", "/run/other.sock"],
  ])("takes %j for a socket", (host, path) => {
    expect(parseEngineHost(host, defaultValue)).toMatchObject({
      where: path,
      options: { socketPath: path, host: undefined, port: undefined },
    });
  });

  it.each([
    ["tcp://engine:2376", "engine", 2376],
    ["tcp://10.0.0.5", "10.0.0.5", 2375],
    ["engine:2375", "engine", 2375],
  ])("takes %j for a host", (host, name, port) => {
    expect(parseEngineHost(host, defaultValue)).toEqual({ where: `${name}:${port}`, options: { host: name, port } });
  });

  it.each(["ssh://me@engine", "npipe:////./pipe/docker_engine", "tcp://"])("refuses %j and says what is possible", (host) => {
    expect(() => parseEngineHost(host, defaultValue)).toThrow(/must be unix:/);
  });
});
