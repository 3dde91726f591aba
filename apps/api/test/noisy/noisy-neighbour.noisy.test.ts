import { startOidcServer, type OidcServer } from "@mosaic/testing/oidc-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configureOidc, oidcClient } from "../harness/oidc.js";
import { pause } from "./attacker.js";
import { openHouse, type House, type Sight } from "./house.js";
import { membersAttacks } from "./members.js";
import { roguesAttacks } from "./rogues.js";
import { setScene, shareModel, startModel, type Attack } from "./scene.js";
import { strangersAttacks } from "./strangers.js";

/** A bystander may wait this long while somebody attacks. A machine that is busy with other things too is judged by its own quiet run. */
const patienceMs = 250;
const patienceRatio = 25;
/** What caches and pools may keep of an attack. */
const keptBytes = 40 * 1024 * 1024;
const quietMs = 800;

interface Row {
  readonly attack: string;
  readonly answers: string;
  readonly before: Sight;
  readonly during: Sight;
  readonly after: Sight;
  readonly heldBefore: number;
  readonly heldAfter: number;
  readonly peak: number;
}

const rows: Row[] = [];
let house: House;
let sharedProviderId: string;
let model: Awaited<ReturnType<typeof startModel>>;
let signInServer: OidcServer;

beforeAll(async () => {
  house = await openHouse();
  model = await startModel();
  sharedProviderId = await shareModel(house, model.url);
  const redirectUris = [`${house.url}/api/auth/oidc/callback`];
  signInServer = await startOidcServer({ client: { ...oidcClient, redirectUris }, people: {} });
  await configureOidc(house.admin, signInServer.issuer);
  // The first requests of a process compile its code: they tell nothing about the rest.
  await pause(2_000);
  await house.look();
});

afterAll(async () => {
  process.stdout.write(`${table(rows)}\n`);
  model.close();
  await signInServer.close();
  await house.close();
});

test.for(
  [...strangersAttacks, ...membersAttacks, ...roguesAttacks].map((attack, index): [string, Attack, number] => [attack.name, attack, index]),
)("nobody else notices: %s", { timeout: 180_000 }, async ([, attack, index]) => {
  const scene = await setScene(house, sharedProviderId, index);
  const heldBefore = await house.heldBytes();
  await house.peakBytes();
  await house.look();
  await pause(quietMs);
  const before = await house.look();
  const answers = await attack.run(scene);
  const during = await house.look();
  await pause(quietMs);
  const after = await house.look();
  const peak = await house.peakBytes();
  const heldAfter = await heldInTheEnd(heldBefore);
  rows.push({ attack: attack.name, answers: answers.toString(), before, during, after, heldBefore, heldAfter, peak });
  expect(house.isAlive() ? "" : house.output()).toBe("");
  const unexpected = [...answers.counts.keys()].filter((answer) => !attack.allowed.includes(answer));
  expect(unexpected).toEqual([]);
  expect([...before.failures, ...during.failures, ...after.failures]).toEqual([]);
  expect(during.p99Ms).toBeLessThan(Math.max(patienceMs, before.p99Ms * patienceRatio));
  expect(heldAfter - heldBefore).toBeLessThan(keptBytes);
});

/** What an attack has begun may take a moment to end. */
async function heldInTheEnd(goal: number): Promise<number> {
  let held = await house.heldBytes();
  for (let look = 0; look < 20 && held - goal > keptBytes; look += 1) {
    await pause(250);
    held = await house.heldBytes();
  }
  return held;
}

function table(all: readonly Row[]): string {
  const ms = ({ p99Ms }: Sight): string => `${p99Ms.toFixed(0)} ms`;
  const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
  const lines = all.map(({ attack, answers, before, during, after, heldBefore, heldAfter, peak }) => [
    attack,
    ms(before),
    ms(during),
    ms(after),
    `${mb(heldBefore)} → ${mb(heldAfter)}`,
    mb(peak),
    answers,
  ]);
  const head = ["attack", "p99 before", "during", "after", "memory held", "peak", "answers"];
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const show = (line: readonly string[]): string => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return ["", "How long a bystander's GET /api/auth/me took, and what the API held in memory:", show(head), ...lines.map(show), ""].join(
    "\n",
  );
}
