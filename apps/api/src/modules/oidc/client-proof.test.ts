import { expect, test } from "vitest";
import { isClientRefused, proofWays, withProof } from "./client-proof.js";
import type { ServerMetadata } from "./discovery.js";

const metadata = (methods?: string[]): ServerMetadata => ({
  issuer: "https://a.example",
  authorization_endpoint: "https://a.example/authorize",
  token_endpoint: "https://a.example/token",
  jwks_uri: "https://a.example/jwks",
  id_token_signing_alg_values_supported: ["RS256"],
  userinfo_signing_alg_values_supported: ["RS256"],
  ...(methods === undefined ? {} : { token_endpoint_auth_methods_supported: methods }),
});
const secret = { id: "mosaic", secret: "a-b%c" };

test.each([
  ["nothing", undefined, ["basic", "basic_as_is", "post"]],
  ["both", ["client_secret_post", "client_secret_basic"], ["basic", "post", "basic_as_is"]],
  ["post only", ["client_secret_post"], ["post", "basic", "basic_as_is"]],
  ["basic only", ["client_secret_basic"], ["basic", "basic_as_is", "post"]],
])("the ways of a server that lists %s", (_name, methods, expected) => {
  expect(proofWays(metadata(methods), secret)).toEqual(expected);
});

test("a plain secret is the same as it is and encoded, and a public client proves nothing", () => {
  expect(proofWays(metadata(), { id: "mosaic", secret: "abc123" })).toEqual(["basic", "post"]);
  expect(proofWays(metadata(), { id: "mosaic", secret: null })).toEqual([]);
});

test("each way carries the secret once, where it belongs", () => {
  const request = {
    method: "POST",
    headers: {},
    body: new URLSearchParams({ client_id: "mosaic", code: "c" }),
    redirect: "manual",
  } as const;
  const sent = (way: Parameters<typeof withProof>[1]): unknown => {
    const { headers, body } = withProof(request, way, secret);
    const authorization = new Headers(headers).get("authorization");
    return [
      authorization === null ? null : Buffer.from(authorization.slice(6), "base64").toString(),
      new URLSearchParams(body as URLSearchParams).toString(),
    ];
  };
  expect(sent("basic")).toEqual(["mosaic:a%2Db%25c", "code=c"]);
  expect(sent("basic_as_is")).toEqual(["mosaic:a-b%c", "code=c"]);
  expect(sent("post")).toEqual([null, "code=c&client_id=mosaic&client_secret=a-b%25c"]);
  expect(request.body.toString()).toBe("client_id=mosaic&code=c");
});

test.each([
  [401, "Unauthorized", true],
  [400, '{"error":"invalid_client"}', true],
  [400, '{"error":"unauthorized_client"}', true],
  [400, '{"error":"invalid_grant"}', false],
  [400, "no json", false],
  [500, '{"error":"invalid_client"}', false],
  [200, '{"error":"invalid_client"}', false],
])("an answer %i with %s refuses the client: %s", async (status, body, expected) => {
  const answer = new Response(body, { status });
  expect(await isClientRefused(answer)).toBe(expected);
  expect(await answer.text()).toBe(body);
});
