import { expect, test } from "vitest";
import { isLoopbackHost, onMachineHost } from "./provider.js";

test.each([
  ["http://127.0.0.1:11434", "http://172.18.0.1:11434"],
  ["http://127.9.8.7:1/v1", "http://172.18.0.1:1/v1"],
  ["http://localhost:8000/v1/", "http://172.18.0.1:8000/v1/"],
  ["http://LOCALHOST.:8000", "http://172.18.0.1:8000"],
  ["http://models.localhost/v1", "http://172.18.0.1/v1"],
  ["http://2130706433:5", "http://172.18.0.1:5"],
  ["http://0x7f.1:5", "http://172.18.0.1:5"],
  ["http://[::1]:11434", "http://172.18.0.1:11434"],
  ["http://[::ffff:127.0.0.1]:11434", "http://172.18.0.1:11434"],
  ["http://192.168.1.20:11434", null],
  ["http://localhost.example.org", null],
  ["http://128.0.0.1", null],
  ["nonsense", null],
])("%s is %s for agents in containers", (address, reached) => {
  expect(onMachineHost(address, "172.18.0.1")).toBe(reached);
  expect(onMachineHost(address, "127.0.0.1")).toBeNull();
  expect(onMachineHost(address, null)).toBeNull();
});

test.each(["127.0.0.1", "::1", "[::1]", "localhost", "a.localhost"])("%s is this machine alone", (host) => {
  expect(isLoopbackHost(host)).toBe(true);
});
