import path from "node:path";
import { launch } from "../launch.mjs";

// The launcher as `npm start` runs it, but in a folder of the test's own and with a stand-in for the API.
process.exitCode = await launch({
  root: process.cwd(),
  env: process.env,
  apiEntry: path.join(import.meta.dirname, "api.mjs"),
  isPrepared: true,
  restartDelaysMs: (process.env["STAND_IN_DELAYS"] ?? "50,100,150").split(",").map(Number),
});
