// Somebody who only wants to know whether they are signed in, over and over, from an address and a process of their own: what others do to
// Mosaic shows in how long each answer takes. Its parent says "mark" and hears what came since the last mark.
import { Agent, request } from "node:http";

const { BYSTANDER_URL: url, BYSTANDER_COOKIE: cookie } = process.env;
const pauseMs = 10;
const patienceMs = 60_000;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

let latencies = [];
let failures = [];

function ask() {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const sent = request(
      `${url}/api/auth/me`,
      { agent, localAddress: "127.0.0.3", headers: { cookie }, timeout: patienceMs },
      (response) => {
        response.resume();
        response.once("end", () => {
          latencies.push(performance.now() - startedAtMs);
          if (response.statusCode !== 200) failures.push(String(response.statusCode));
          resolve();
        });
        response.once("error", () => resolve());
      },
    );
    sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.once("error", (error) => {
      latencies.push(performance.now() - startedAtMs);
      failures.push(error.message);
      resolve();
    });
    sent.end();
  });
}

process.on("message", () => {
  const heard = { latencies, failures };
  latencies = [];
  failures = [];
  process.send(heard);
});

for (;;) {
  await ask();
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
