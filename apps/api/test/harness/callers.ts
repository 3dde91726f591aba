import type { TokenScope } from "@mosaic/contracts/access-token";
import type { Route } from "./routes.js";
import type { TestApp } from "./test-app.js";
import { TestClient } from "./test-client.js";

export interface Caller {
  readonly name: string;
  readonly client: TestClient;
  /** Whose things are this caller's own; `null`: nobody's, since it is nobody. */
  readonly owner: TestClient | null;
  readonly scopes: readonly TokenScope[] | null;
  readonly isAdmin: boolean;
}

interface People {
  readonly ann: TestClient;
  readonly bob: TestClient;
  /** What the inside of Mosaic knows somebody's running agent by. It belongs to neither of the two. */
  readonly containerTokens: Readonly<Record<string, string>>;
}

/** Everybody who may come to the public port, with what they show. */
export async function callersOf(app: TestApp, { ann, bob, containerTokens }: People): Promise<Caller[]> {
  const admin = await app.admin();
  const disabled = await app.member("disabled");
  await app.database.query("UPDATE users SET disabled_at = now() WHERE id = $1", [disabled.userId]);
  const revoked = await app.token(ann, ["chat", "read", "manage"]);
  await app.database.query("DELETE FROM access_tokens WHERE user_id = $1", [ann.userId]);
  const expired = await app.token(ann, ["chat", "read", "manage"]);
  await app.database.query("UPDATE access_tokens SET expires_at = now() - interval '1 second' WHERE user_id = $1", [ann.userId]);
  const program = async (scope: TokenScope): Promise<Caller> => ({
    name: `token:${scope}`,
    client: await app.token(ann, [scope]),
    owner: ann,
    scopes: [scope],
    isAdmin: false,
  });
  const stranger = (name: string, client: TestClient): Caller => ({ name, client, owner: null, scopes: null, isAdmin: false });
  return [
    stranger("nobody", app.visitor()),
    stranger("disabled", disabled),
    stranger("token:revoked", revoked),
    stranger("token:expired", expired),
    ...Object.entries(containerTokens).flatMap(([name, token]) => [
      stranger(name, new TestClient(app.url, { bearer: token })),
      stranger(`${name} as a cookie`, new TestClient(app.url, { cookie: `mosaic_session=${token}` })),
    ]),
    { name: "member A", client: ann, owner: ann, scopes: null, isAdmin: false },
    { name: "member B", client: bob, owner: bob, scopes: null, isAdmin: false },
    { name: "admin", client: admin, owner: admin, scopes: null, isAdmin: true },
    await program("chat"),
    await program("read"),
    await program("manage"),
    // An admin's program is no admin.
    {
      name: "token of an admin",
      client: await app.token(admin, ["chat", "read", "manage"]),
      owner: admin,
      scopes: ["chat", "read", "manage"],
      isAdmin: false,
    },
  ];
}

/** What the declared guard makes of a caller: `null` = let in. */
export function refusalOf(route: Route, caller: Caller): 401 | 403 | null {
  if (route.access === "public") {
    return null;
  }
  if (caller.owner === null) {
    return 401;
  }
  if (caller.scopes !== null && (route.access !== "user" || !route.scopes.some((scope) => caller.scopes?.includes(scope) === true))) {
    return 403;
  }
  return route.access === "admin" && !caller.isAdmin ? 403 : null;
}

/** The same browser with a session of its own, or the same program: for what ends a session. */
export async function afresh(app: TestApp, { client, owner }: Caller): Promise<TestClient> {
  return client.bearer === undefined && owner !== null ? app.session(client) : at(client.baseUrl, client);
}

/** The same caller at another port. */
export function at(url: string, { cookie, bearer, userId }: TestClient): TestClient {
  return new TestClient(url, {
    ...(cookie === undefined ? {} : { cookie }),
    ...(bearer === undefined ? {} : { bearer }),
    ...(userId === null ? {} : { userId }),
  });
}
