import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { openSockets, shoot, volley, Answers } from "./attacker.js";
import type { Attack } from "./scene.js";

const name = (index: number): string => `nobody-${index}-${Math.floor(index * 7919)}`;
const credentials = (index: number): string => JSON.stringify({ username: name(index), password: "a wrong long password" });
const refused = ["400", "401", "403", "413", "415", "422", "429", "431", "503", "ECONNRESET", "EPIPE"] as const;

/** A megabyte of JSON that is small to send and large to hold. */
export const manyObjects = (bytes: number): string => `[${"{},".repeat(Math.floor(bytes / 3) - 2)}{}]`;
export const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** What somebody does who has no account. */
export const strangersAttacks: readonly Attack[] = [
  {
    name: "a megabyte of [{},{},…] to sign in, ten at once",
    allowed: refused,
    run: async ({ url, from }) => {
      const body = manyObjects(1_000_000);
      return volley(url, 40, 10, () => ({ from, method: "POST", path: "/api/auth/login", body }));
    },
  },
  {
    name: "JSON a hundred thousand levels deep to every open route",
    allowed: refused,
    run: async ({ url, from }) => {
      const body = deep(100_000);
      const paths = ["/api/auth/login", "/api/auth/sign-up", "/api/onboarding/breakglass", "/api/onboarding/provider"];
      return volley(url, 80, 10, (index) => ({ from, method: "POST", path: paths[index % paths.length] ?? "/", body }));
    },
  },
  {
    name: "small bodies that unzip to a hundred megabytes",
    allowed: refused,
    run: async ({ url, from }) => {
      const body = gzipSync(Buffer.alloc(100_000_000, " "));
      return volley(url, 20, 10, () => ({ from, method: "POST", path: "/api/auth/login", body, headers: { "content-encoding": "gzip" } }));
    },
  },
  {
    name: "200 sign-ins at once from one address, each with another name",
    allowed: refused,
    run: async ({ url, from }) =>
      volley(url, 400, 200, (index) => ({ from, method: "POST", path: "/api/auth/login", body: credentials(index) })),
  },
  {
    name: "sign-ins from 250 addresses at once, all to one name",
    allowed: refused,
    run: async ({ url }) =>
      volley(url, 250, 250, (index) => ({
        method: "POST",
        path: "/api/auth/login",
        body: JSON.stringify({ username: "mallory", password: "a wrong long password" }),
        from: `127.0.1.${(index % 250) + 1}`,
      })),
  },
  {
    name: "500 guesses of an invite",
    allowed: refused,
    run: async ({ url, from }) =>
      volley(url, 500, 100, (index) => ({
        from,
        method: "POST",
        path: "/api/auth/sign-up",
        body: JSON.stringify({ username: name(index), password: "a fine long sentence", inviteCode: `guess-${index}` }),
      })),
  },
  {
    name: "1,000 beginnings of a single sign-on",
    allowed: [...refused, "302"],
    run: async ({ url, from, database }) => {
      const answers = await volley(url, 1000, 100, () => ({ from, path: "/api/auth/oidc/start?returnTo=/chat" }));
      const [{ begun } = { begun: 0 }] = await database.query<{ begun: number }>(
        "SELECT count(*)::int AS begun FROM oidc_flows WHERE network = $1",
        [from],
      );
      expect(begun).toBe(1000);
      return answers;
    },
  },
  {
    name: "1,000 guesses of an access token",
    allowed: refused,
    run: async ({ url, from }) =>
      volley(url, 1000, 100, (index) => ({
        from,
        path: "/api/auth/me",
        headers: { authorization: `Bearer mosaic_${index.toString(36).padStart(43, "x")}` },
      })),
  },
  {
    name: "1,000 guesses of a session",
    allowed: refused,
    run: async ({ url, from }) =>
      volley(url, 1000, 100, (index) => ({
        from,
        path: "/api/auth/me",
        headers: { cookie: `mosaic_session=${index.toString(36).padStart(43, "x")}` },
      })),
  },
  {
    name: "headers of 15 kB, and of 100 kB",
    allowed: [...refused, "200"],
    run: async ({ url, from }) =>
      volley(url, 600, 50, (index) => ({
        from,
        path: "/api/health",
        headers: { "x-long": "y".repeat(index % 2 === 0 ? 15_000 : 100_000) },
      })),
  },
  {
    name: "2,000 connections that never end their headers",
    allowed: ["closed", "408", "429", "503"],
    run: async ({ url, from }) =>
      openSockets(url, {
        from,
        count: 2000,
        opening: "GET /api/auth/me HTTP/1.1\r\nhost: x\r\n",
        drip: "x-more: y\r\n",
        everyMs: 500,
        forMs: 3_000,
      }),
  },
  {
    name: "1,000 bodies that arrive byte by byte",
    allowed: ["closed", "400", "401", "403", "408", "413", "429", "503"],
    run: async ({ url, from }) => {
      const opening = `POST /api/auth/login HTTP/1.1\r\nhost: ${new URL(url).host}\r\norigin: ${url}\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{`;
      return openSockets(url, { from, count: 1000, opening, drip: " ", everyMs: 100, forMs: 3_000 });
    },
  },
  {
    name: "bodies without an end",
    allowed: ["closed", "400", "401", "403", "408", "413", "429", "503"],
    run: async ({ url, from }) => {
      const opening = `POST /api/auth/login HTTP/1.1\r\nhost: ${new URL(url).host}\r\norigin: ${url}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
      const chunk = "4000\r\n" + "[".repeat(0x4000) + "\r\n";
      return openSockets(url, { from, count: 100, opening, drip: chunk, everyMs: 20, forMs: 2_000 });
    },
  },
  {
    name: "websockets, and other upgrades",
    allowed: [...refused, "404", "200", "426"],
    run: async ({ url, from }) =>
      volley(url, 500, 100, () => ({
        from,
        path: "/api/events",
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
      })),
  },
  {
    name: "addresses of 8,000 characters, with every kind of escape",
    allowed: [...refused, "404", "200", "414"],
    run: async ({ url, from }) =>
      volley(url, 600, 50, (index) => ({
        from,
        path: `/${["%2e%2e/", "a/", "%00", "%ff", ";x=", "//"][index % 6]?.repeat(1300) ?? ""}?${"a=b&".repeat(200)}`,
      })),
  },
  {
    name: "50 MB to an address that does not exist",
    allowed: [...refused, "404"],
    run: async ({ url, from }) => {
      const answers = new Answers();
      const body = Buffer.alloc(50_000_000, " ");
      await Promise.all(
        Array.from({ length: 4 }, async () => answers.add(await shoot(url, { from, method: "POST", path: "/api/none", body }))),
      );
      return answers;
    },
  },
];
