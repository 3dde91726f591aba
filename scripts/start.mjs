import path from "node:path";
import { fileURLToPath } from "node:url";

const oldestNodeMajor = 20;

if (Number(process.versions.node.split(".")[0]) < oldestNodeMajor) {
  console.error(
    `Error: this is Node ${process.versions.node}. Install Node ${oldestNodeMajor} or newer to begin with; Mosaic then fetches the Node that it runs on by itself.`,
  );
  process.exitCode = 1;
} else {
  // Loaded only now: an older Node could not even read it.
  const { launch } = await import("./launch/launch.mjs");
  process.exitCode = await launch({
    root: path.resolve(path.dirname(fileURLToPath(import.meta.url)), ".."),
    env: process.env,
  });
}
