import { RuntimeError } from "../agent-runtime.js";

export function shuttingDown(): RuntimeError {
  return new RuntimeError("unreachable", "Mosaic is shutting down.");
}

export function foreignFolder(name: string): RuntimeError {
  return new RuntimeError(
    "name_taken",
    `There is a folder "${name}" among the agents' that is not this installation's. Move it away, then try again.`,
  );
}

export function notInstalled(version: string): RuntimeError {
  return new RuntimeError("image_missing", `OpenClaw ${version} is not installed on this machine.`);
}
