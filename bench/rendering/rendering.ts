// How smooth a long answer is in a long conversation: in Chromium, with a quarter of its processor, with rows out of the page and with all of them in it.
//   node bench/rendering/rendering.ts [messages] [words]
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "@playwright/test";
import { build, preview } from "vite";

const messages = Number(process.argv[2] ?? 2_000);
const words = Number(process.argv[3] ?? 10_000);
const throttling = 4;
const targetMs = 25;
/** As in the chat, and with all rows in the page. */
const limits = { virtual: 100, whole: 0 } as const;

const folder = fileURLToPath(new URL(".", import.meta.url));
const web = fileURLToPath(new URL("../../apps/web", import.meta.url));

interface Result {
  readonly p50: number;
  readonly p95: number;
  readonly longest: number;
  readonly rows: number;
  /** How much of the time the page's thread worked. */
  readonly busyShare: number;
}

const config = {
  root: folder,
  configFile: false,
  logLevel: "error",
  resolve: { alias: { "@messages": join(web, "messages/en"), "@": web } },
  define: { "process.env.NODE_ENV": '"production"', "process.env": "{}" },
  publicDir: `${web}/out`,
  build: { outDir: `${folder}dist`, emptyOutDir: true },
} as const;

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;

async function measure(browser: Browser, url: string, limit: number): Promise<Result> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  for (const href of await styles()) await page.addStyleTag({ url: `${url}${href}` });
  await page.evaluate(([count, most]) => window.bench.show(count, most), [messages, limit] as const);
  await page.getByText("Tell me everything").waitFor({ timeout: 300_000 });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("Emulation.setCPUThrottlingRate", { rate: throttling });
  const taskMs = async (): Promise<number> =>
    ((await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
  const [before, startedAt] = [await taskMs(), performance.now()];
  const frames = await page.evaluate(async (count) => window.bench.stream(count), words);
  const busyShare = ((await taskMs()) - before) / (performance.now() - startedAt);
  const rows = await page.locator("li[data-index]").count();
  await page.close();
  const sorted = frames.toSorted((a, b) => a - b);
  return { p50: at(sorted, 0.5), p95: at(sorted, 0.95), longest: sorted.at(-1) ?? Number.NaN, rows, busyShare };
}

/** What this machine makes of a page that does nothing. */
async function measureIdle(browser: Browser): Promise<number> {
  const page = await browser.newPage();
  const frames = await page.evaluate(
    async () =>
      new Promise<number[]>((resolve) => {
        const seen: number[] = [];
        let last = performance.now();
        const look = (now: number): void => {
          seen.push(now - last);
          last = now;
          if (seen.length < 300) requestAnimationFrame(look);
          else resolve(seen);
        };
        requestAnimationFrame(look);
      }),
  );
  await page.close();
  return at(
    frames.toSorted((a, b) => a - b),
    0.95,
  );
}

/** Of the application as it was built: the same as its pages have. */
async function styles(): Promise<string[]> {
  const files = await readdir(`${web}/out/_next/static`, { recursive: true });
  return files.filter((file) => file.endsWith(".css")).map((file) => `_next/static/${file}`);
}

const line = (name: string, { p50, p95, longest, rows, busyShare }: Result): string =>
  `${name.padEnd(24)} ${p50.toFixed(1).padStart(8)} ${p95.toFixed(1).padStart(8)} ${longest.toFixed(0).padStart(9)} ${(busyShare * 100).toFixed(0).padStart(6)} % ${String(rows).padStart(7)}`;

await build(config);
const server = await preview({ ...config, preview: { port: 0, host: "127.0.0.1" } });
const browser = await chromium.launch({ executablePath: process.env["MOSAIC_CHROMIUM"] ?? "/usr/bin/chromium", chromiumSandbox: false });
try {
  const url = server.resolvedUrls?.local[0] ?? "";
  console.log(`${words} words into ${messages} messages, processor ÷ ${throttling}`);
  console.log(`an empty page: p95 ${(await measureIdle(browser)).toFixed(1)} ms`);
  console.log(`${"".padEnd(24)} p50 (ms) p95 (ms)  longest   busy    rows`);
  const virtual = await measure(browser, url, limits.virtual);
  console.log(line("rows out of the page", virtual));
  const whole = await measure(browser, url, limits.whole);
  console.log(line("all rows in it", whole));
  console.log(`ratio: p50 ${(whole.p50 / virtual.p50).toFixed(1)}, p95 ${(whole.p95 / virtual.p95).toFixed(1)}`);
  console.log(`p95 ${virtual.p95.toFixed(1)} ms: ${virtual.p95 <= targetMs ? "within" : "NOT within"} ${targetMs} ms`);
} finally {
  await browser.close();
  await server.close();
}
