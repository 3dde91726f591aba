import http from "node:http";
import net from "node:net";

// Speaks the API's side of the launcher's contract: the channel's messages, the health route, the signals.
const { HOST: host, PORT: port, DATABASE_URL: databaseUrl = "", MOSAIC_SECRET_KEY: secretKey = "", STAND_IN: behaviour } = process.env;

const log = (/** @type {number} */ level, /** @type {string} */ message) =>
  process.stdout.write(`${JSON.stringify({ level, message, time: Date.now() })}\n`);
const tellLauncher = (/** @type {object} */ message) => process.send?.(message);

/** @returns {Promise<string>} the port that the database really listens on */
function reachDatabase() {
  const address = new URL(databaseUrl);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(address.port), address.hostname, () => {
      socket.destroy();
      resolve(address.port);
    });
    socket.once("error", reject);
  });
}

function serve(/** @type {string} */ databasePort) {
  const server = http.createServer((request, response) => {
    if (request.url === "/crash") process.exit(7);
    response.end(JSON.stringify({ databasePort }));
  });
  const stop = (/** @type {string} */ reason) => {
    log(30, `stopping: ${reason}`);
    if (behaviour === "hang") return;
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.on("SIGTERM", () => stop("told to"));
  process.on("disconnect", () => stop("the launcher is gone"));
  server.listen(Number(port), host, () => {
    log(30, "an ordinary line");
    log(40, "something to worry about");
    const url = `http://${host}:${port}`;
    tellLauncher({ type: "ready", url, setupUrl: `${url}/setup#token=once` });
    if (behaviour === "crash later") setTimeout(() => process.exit(7), 300);
  });
}

if (behaviour === "crash") throw new Error("crashed on purpose");
if (behaviour === "refuse" || secretKey.length < 32) {
  tellLauncher({ type: "failed", message: "MOSAIC_SECRET_KEY is not the key of this database." });
  process.disconnect();
} else {
  serve(await reachDatabase());
}
