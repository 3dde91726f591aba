// What a page costs a browser with nothing in its cache: requests and bytes, and when the largest thing on it is painted, in Chromium with
// its processor slowed down. The machine must be quiet: nothing else is measured in what others take of it.
//
//   node bench/page-weight.ts [slow-down] [rounds]
import { availableParallelism, loadavg } from "node:os";
import { chromium, type Browser, type CDPSession, type Page } from "@playwright/test";
import { ApiClient } from "../e2e/support/api-client.ts";
import { createWorld, destroyWorld } from "../e2e/support/fixtures.ts";
import { openedChat, openedSignIn, storeChat, type WeighedChat } from "../e2e/support/weighed-pages.ts";
import { weigh, weightInWords } from "../e2e/support/page-weight.ts";

const slowDown = Number(process.argv[2] ?? 4);
const rounds = Number(process.argv[3] ?? 7);
const boundMs = 1_500;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** When the largest thing was painted, as the browser itself has it, in milliseconds from the beginning of the navigation. */
async function largestPaintMs(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
          type: "largest-contentful-paint",
          buffered: true,
        });
      }),
  );
}

/** What the page's main thread has worked, in milliseconds of the processor: what others take of the machine is not in it. */
async function workMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
}

type Cookie = WeighedChat["cookie"];

/** When what somebody came for was there, in milliseconds from the beginning of the navigation. */
const elapsedMs = (page: Page): Promise<number> => page.evaluate(() => performance.now());

async function measure(browser: Browser, name: string, cookies: Cookie[], open: (page: Page) => Promise<unknown>): Promise<void> {
  const paints: number[] = [];
  const works: number[] = [];
  const readies: number[] = [];
  let words = "";
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies(cookies);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowDown });
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    words = weightInWords(
      await weigh(page, async () => {
        await open(page);
        readies.push(await elapsedMs(page));
      }),
    );
    works.push(await workMs(session));
    paints.push(await largestPaintMs(page));
    await context.close();
  }
  const verdict = median(paints) <= boundMs ? "within" : "ABOVE";
  console.log(`\n${name}: ${words}`);
  console.log(`  work of the page's main thread until it is at rest: median ${median(works).toFixed(0)} ms of a processor so slow`);
  console.log(
    `  load of this machine: ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors; a paint counts where nothing else runs`,
  );
  console.log(`  what it was opened for was there after: median ${median(readies).toFixed(0)} ms`);
  console.log(`  largest paint, processor slowed down ${slowDown} times, ${rounds} rounds`);
  console.log(
    `  median ${median(paints).toFixed(0)} ms, worst ${Math.max(...paints).toFixed(0)} ms; bound of the median ${boundMs} ms: ${verdict}`,
  );
}

const world = await createWorld("process");
const browser = await chromium.launch({
  executablePath: process.env["MOSAIC_CHROMIUM"] ?? "/usr/bin/chromium",
  chromiumSandbox: false,
  args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  await world.mosaic.start();
  const client = new ApiClient(() => world.mosaic.url);
  const chat = await storeChat(world, client);
  await measure(browser, "sign-in", [], (page) => openedSignIn(page, world.mosaic.url));
  await measure(browser, "an open chat", [chat.cookie], (page) => openedChat(page, world.mosaic.url, chat.id));
} finally {
  await browser.close();
  await destroyWorld(world);
}
