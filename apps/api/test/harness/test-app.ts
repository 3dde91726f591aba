import { randomBytes, randomUUIDv7 } from "node:crypto";
import { tokenPrefix, type TokenScope } from "@mosaic/contracts/access-token";
import type { Type } from "@nestjs/common";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { Test } from "@nestjs/testing";
import bcrypt from "@node-rs/bcrypt";
import { AppModule } from "../../src/app.module.js";
import { createApplication } from "../../src/application.js";
import { hashToken, newToken } from "../../src/modules/crypto/tokens.js";
import { RUNTIME_FACTORY, type RuntimeFactory } from "../../src/modules/runtime-host/runtime-factory.js";
import { SettingsService } from "../../src/modules/settings/settings.service.js";
import { ENV, parseEnv, type Env } from "../../src/platform/config/env.js";
import { EDGE_LIMITS, edgeLimits } from "../../src/platform/http/edge-limits.js";
import { MachinePace } from "../../src/platform/pace/machine-pace.js";
import { InMemoryEngine } from "./in-memory-runtime.js";
import { TestClient } from "./test-client.js";
import { createTestDatabase, type TestDatabase } from "./test-database.js";

export const adminName = "root-admin";
export const adminPassword = "correct horse battery staple";

export interface TestAppOptions {
  /** Overrides; `undefined` unsets. The runtime is `docker` (the in-memory engine) unless `MOSAIC_RUNTIME` says otherwise. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** An existing database (a restart of Mosaic): it is not dropped by `close`. */
  readonly database?: TestDatabase;
  /** An existing engine (a restart of Mosaic): it is not closed by `close`. */
  readonly runtime?: InMemoryEngine;
  /** False: a fresh installation that waits for its wizard. */
  readonly isOnboarded?: boolean;
  /** Ports of the application that are not the engine's: a clock, the limits of a turn. */
  readonly replace?: readonly { readonly token: symbol | Type<unknown>; readonly value: unknown }[];
  /** Controllers beside the application's own. */
  readonly controllers?: readonly Type[];
}

export interface TestApp {
  /** The public port. */
  readonly url: string;
  readonly internalUrl: string;
  readonly env: Env;
  readonly database: TestDatabase;
  readonly runtime: InMemoryEngine;
  readonly nest: NestExpressApplication;
  /** A browser without a session. */
  visitor(): TestClient;
  /** Signed in as the breakglass admin, who is made at the first call. */
  admin(): Promise<TestClient>;
  /** Signed in as a member, who is made by this call. */
  member(username: string): Promise<TestClient>;
  /** Another browser of somebody, with a session of its own. */
  session(of: TestClient): Promise<TestClient>;
  /** A program that holds an access token of somebody, with these scopes. */
  token(of: TestClient, scopes: readonly TokenScope[]): Promise<TestClient>;
  close(): Promise<void>;
}

/** Boots the real application over HTTP, with a Postgres database of its own and an in-memory engine in place of Docker. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.database ?? (await createTestDatabase());
  const runtime = options.runtime ?? new InMemoryEngine();
  const env = testEnv(database, options.env ?? {});
  const createRuntime: RuntimeFactory = (kind) => runtime.driver(kind);
  const { nest, listeners } = await createApplication(async (adapter, nestOptions) => {
    const module = Test.createTestingModule({ imports: [AppModule], controllers: [...(options.controllers ?? [])] });
    module.overrideProvider(ENV).useValue(env).overrideProvider(RUNTIME_FACTORY).useValue(createRuntime);
    // All tests are one address, and most of them are about being refused.
    module.overrideProvider(EDGE_LIMITS).useValue({ ...edgeLimits, refusalPoints: 1_000_000 });
    // The machine that tests run on may be busy with others; limits of time are those of one with room.
    module.overrideProvider(MachinePace).useValue({ now: () => 1 });
    for (const { token, value } of options.replace ?? []) {
      module.overrideProvider(token).useValue(value);
    }
    return (await module.compile()).createNestApplication<NestExpressApplication>(adapter, nestOptions);
  });
  const settings = nest.get(SettingsService, { strict: false });
  await settings.assertSecretKey();
  if (options.isOnboarded !== false) {
    await settings.setIfAbsent("onboarding.completed_at", new Date().toISOString());
  }
  const internalUrl = `http://127.0.0.1:${await listeners.listen("internal", "127.0.0.1", env.MOSAIC_INTERNAL_PORT)}`;
  const url = `http://127.0.0.1:${await listeners.listen("public", "127.0.0.1", env.PORT)}`;
  const close = async (): Promise<void> => {
    await listeners.close(200);
    await nest.close();
    await (options.runtime === undefined ? runtime.close() : undefined);
    await (options.database === undefined ? database.drop() : undefined);
  };
  return {
    url,
    internalUrl,
    env,
    database,
    runtime,
    nest,
    visitor: () => new TestClient(url),
    admin: async () => adminOf(url, database),
    member: async (username) => signIn(url, database, await insertUser(database, username, "member")),
    session: async (of) => signIn(url, database, userIdOf(of)),
    token: async (of, scopes) => programOf(url, database, userIdOf(of), scopes),
    close,
  };
}

/** Port 0 (any free one) is for tests only, so it goes in after the schema. */
function testEnv(database: TestDatabase, overrides: Readonly<Record<string, string | undefined>>): Env {
  const parsed = parseEnv({
    DATABASE_URL: database.url,
    MOSAIC_SECRET_KEY: "test-secret-key-0123456789-abcdefghijklmnop",
    MOSAIC_RUNTIME: "docker",
    LOG_LEVEL: process.env["TEST_LOG_LEVEL"] ?? "error",
    ...overrides,
  });
  return {
    ...parsed,
    ...(overrides["PORT"] === undefined ? { PORT: 0 } : {}),
    ...(overrides["MOSAIC_INTERNAL_PORT"] === undefined ? { MOSAIC_INTERNAL_PORT: 0 } : {}),
  };
}

async function ensureAdmin(database: TestDatabase): Promise<string> {
  const [existing] = await database.query<{ user_id: string }>("SELECT user_id FROM breakglass_user");
  if (existing !== undefined) {
    return existing.user_id;
  }
  const id = await insertUser(database, adminName, "admin");
  // The least rounds that bcrypt knows: nobody attacks this one, and tests are many.
  await database.query("INSERT INTO breakglass_user (user_id, password_hash) VALUES ($1, $2)", [
    id,
    await bcrypt.hash(adminPassword, { cost: 4 }),
  ]);
  return id;
}

async function insertUser(database: TestDatabase, username: string, role: "admin" | "member"): Promise<string> {
  const id = randomUUIDv7();
  await database.query("INSERT INTO users (id, username, display_name, role) VALUES ($1, $2, $2, $3)", [id, username, role]);
  return id;
}

/** Signed in, at a process that was not started by `startTestApp`, as a member who is made by this call. */
export async function memberOf(url: string, database: TestDatabase, username: string): Promise<TestClient> {
  return signIn(url, database, await insertUser(database, username, "member"));
}

/** As `memberOf`, as the breakglass admin. */
export async function adminOf(url: string, database: TestDatabase): Promise<TestClient> {
  return signIn(url, database, await ensureAdmin(database));
}

/** A session as the API makes one, without the time that a password takes. */
async function signIn(url: string, database: TestDatabase, userId: string): Promise<TestClient> {
  const token = newToken();
  await database.query(
    "INSERT INTO sessions (id, user_id, token_hash, idle_expires_at, expires_at) VALUES ($1, $2, $3, now() + interval '1 day', now() + interval '1 day')",
    [randomUUIDv7(), userId, Buffer.from(hashToken(token))],
  );
  return new TestClient(url, { cookie: `mosaic_session=${token}`, userId });
}

async function programOf(url: string, database: TestDatabase, userId: string, scopes: readonly TokenScope[]): Promise<TestClient> {
  const bearer = `${tokenPrefix}${newToken()}`;
  await database.query("INSERT INTO access_tokens (id, user_id, name, token_hash, hint, scopes) VALUES ($1, $2, $3, $4, $5, $6)", [
    randomUUIDv7(),
    userId,
    `a program that may ${scopes.join(", ")}`,
    Buffer.from(hashToken(bearer)),
    bearer.slice(-4),
    scopes,
  ]);
  return new TestClient(url, { bearer, userId });
}

function userIdOf(client: TestClient): string {
  if (client.userId === null) {
    throw new Error("This client is nobody's.");
  }
  return client.userId;
}

/** A name that no other test has used. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}
