import type { HostileOidcServer, OidcLies } from "./hostile-oidc-server.js";

interface Oddity {
  readonly lies?: OidcLies;
  /** Of the person who signs in. */
  readonly person?: Readonly<Record<string, unknown>>;
}

const nullsOf = (names: readonly string[]): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]));

/** Odd but honest: what sign-in servers do in the field. Each is one mode of the stand-in server. */
export const oidcOddities = {
  none: {},
  /** Microsoft Entra, for somebody in more groups than a token holds. */
  entra_group_overage: {
    person: {
      _claim_names: { groups: "src1" },
      _claim_sources: { src1: { endpoint: "https://graph.windows.net/t/users/u/getMemberObjects" } },
    },
  },
  entra_hasgroups: { person: { hasgroups: true } },
  groups_are_null: { person: { groups: null } },
  claims_are_null: { lies: { claims: (claims) => ({ ...claims, ...nullsOf(["email", "name", "groups", "acr", "amr", "at_hash"]) }) } },
  userinfo_401: { lies: { userInfo: { status: 401 } } },
  userinfo_403: { lies: { userInfo: { status: 403, body: '{"error":"insufficient_scope"}' } } },
  userinfo_500: { lies: { userInfo: { status: 500, body: "<h1>Oops</h1>", type: "text/html" } } },
  userinfo_redirects: { lies: { userInfo: { status: 302 } } },
  userinfo_html: { lies: { userInfo: { status: 200, body: "<h1>Sign in</h1>", type: "text/html" } } },
  userinfo_garbage: { lies: { userInfo: { status: 200, body: "{]" } } },
  userinfo_array: { lies: { userInfo: { status: 200, body: "[]" } } },
  userinfo_without_subject: { lies: { userInfo: { status: 200, body: '{"groups":["admins"]}' } } },
  userinfo_resets: { lies: { userInfo: "resets" } },
  userinfo_hangs: { lies: { userInfo: "hangs" } },
  userinfo_signed: { lies: { userInfo: "signed" } },
  userinfo_signed_by_another: { lies: { userInfo: "signed_by_another" } },
  discovery_nulls: {
    lies: {
      discovery: (document) => ({
        ...document,
        ...nullsOf(["response_types_supported", "grant_types_supported", "code_challenge_methods_supported"]),
        ...nullsOf(["token_endpoint_auth_methods_supported", "userinfo_endpoint", "id_token_signing_alg_values_supported"]),
        ...nullsOf(["authorization_response_iss_parameter_supported", "userinfo_signing_alg_values_supported", "end_session_endpoint"]),
      }),
    },
  },
  token_nulls: { lies: { token: (answer) => ({ ...answer, ...nullsOf(["refresh_token", "scope", "expires_in", "refresh_expires_in"]) }) } },
  token_expires_in_text: { lies: { token: (answer) => ({ ...answer, expires_in: "3600" }) } },
  wants_basic: { lies: { proof: "basic" } },
  wants_basic_as_is: { lies: { proof: "basic_as_is" } },
  wants_post: { lies: { proof: "post" } },
  wants_post_and_says_so: {
    lies: { proof: "post", discovery: (document) => ({ ...document, token_endpoint_auth_methods_supported: ["client_secret_post"] }) },
  },
  wants_post_and_says_basic: {
    lies: { proof: "post", discovery: (document) => ({ ...document, token_endpoint_auth_methods_supported: ["client_secret_basic"] }) },
  },
  uses_up_codes_of_refused_clients: { lies: { proof: "post", usesUpRefusedCodes: true } },
  refuses_client: { lies: { proof: "never" } },
  refuses_client_with_400: { lies: { proof: "never", refusal: { status: 400, body: { error: "invalid_client" } } } },
  refuses_client_as_keycloak: {
    lies: {
      proof: "never",
      refusal: { status: 401, body: { error: "unauthorized_client", error_description: "Invalid client or Invalid client credentials" } },
    },
  },
  refuses_client_without_words: { lies: { proof: "never", refusal: { status: 401, body: "Unauthorized" } } },
  token_endpoint_500: { lies: { proof: "never", refusal: { status: 500, body: "<h1>Oops</h1>" } } },
  token_endpoint_server_error: { lies: { proof: "never", refusal: { status: 400, body: { error: "server_error" } } } },
  token_endpoint_invalid_request: { lies: { proof: "never", refusal: { status: 400, body: { error: "invalid_request" } } } },
  clock_ahead: { lies: { clockAheadSeconds: 600 } },
  clock_behind: { lies: { clockAheadSeconds: -600 } },
  clock_a_little_ahead: { lies: { clockAheadSeconds: 20 } },
} as const satisfies Readonly<Record<string, Oddity>>;
export type OidcOddity = keyof typeof oidcOddities;

/** From now on the server is odd in this one way. */
export function beOdd(server: HostileOidcServer, name: OidcOddity): void {
  const oddity: Oddity = oidcOddities[name];
  server.reset();
  Object.assign(server.lies, oddity.lies);
  Object.assign(server.person, oddity.person);
}
