import { expect } from "@playwright/test";
import { deriveGatewayToken } from "@mosaic/testing/gateway-token";
import { sealKey, unseal } from "../../apps/api/dist/modules/crypto/sealed-box.js";
import type { World } from "./fixtures.ts";

/** Searches every log line, every page and answer that was seen, and every table for secrets in clear. */
export async function expectNoCanary(world: World, seen: readonly string[], sessionToken: string): Promise<void> {
  const containerToken = await openContainerToken(world);
  const secrets = {
    password: world.canaries.password,
    "provider key": world.canaries.providerKey,
    "changed provider key": world.canaries.nextProviderKey,
    "session token": sessionToken,
    "container token": containerToken,
    "gateway token": deriveGatewayToken(containerToken),
    "secret key": world.secretKey,
  };
  const places = { "the log": world.mosaic.output, "a page or an answer": seen.join("\n"), "the database": await dump(world) };
  expect(places["the log"].length).toBeGreaterThan(1_000);
  expect(places["a page or an answer"].length).toBeGreaterThan(10_000);
  expect(places["the database"].length).toBeGreaterThan(1_000);
  const found = Object.entries(secrets).flatMap(([name, secret]) => {
    expect(secret.length).toBeGreaterThan(10);
    return Object.entries(places)
      .filter(([, text]) => text.includes(secret))
      .map(([place]) => `${name} in ${place}`);
  });
  expect(found).toEqual([]);
  expect(places["the database"]).not.toContain("QUAGGA-4711");
}

/** The token of an agent's container, opened with the installation's key; of the one agent where none is named. */
export async function openContainerToken({ database, secretKey }: World, wantedId: string | null = null): Promise<string> {
  const [row] = await database.query(
    `SELECT c.agent_id, c.token_encrypted, a.owner_id FROM agent_containers c JOIN agents a ON a.id = c.agent_id
      WHERE $1::uuid IS NULL OR a.id = $1::uuid`,
    [wantedId],
  );
  const agentId = String(row?.["agent_id"]);
  const field = `agent_containers.token_encrypted:${agentId}`;
  return unseal(sealKey(secretKey), String(row?.["token_encrypted"]), { owner: String(row?.["owner_id"]), field });
}

async function dump({ database }: World): Promise<string> {
  const tables = await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  const rows = await Promise.all(
    tables.map(async ({ tablename }) => database.query(`SELECT to_jsonb(t)::text AS row FROM "${String(tablename)}" t`)),
  );
  return rows
    .flat()
    .map(({ row }) => String(row))
    .join("\n");
}
