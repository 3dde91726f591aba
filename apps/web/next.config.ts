import { PHASE_DEVELOPMENT_SERVER } from "next/constants.js";
import type { NextConfig } from "next";

/** One build, one language (scripts/build.mjs): `@messages/…` is that language's catalogue. */
const language = process.env.MOSAIC_WEB_LANGUAGE ?? "en";
const apiOrigin = "http://127.0.0.1:8080";

/**
 * Built, the app is plain files that the API serves on its own origin. Rewrites exist in development only: baked into a build they
 * cut silent streams and pass on a client's forwarding headers.
 */
const nextConfig = (phase: string): NextConfig => ({
  reactStrictMode: true,
  poweredByHeader: false,
  typescript: { ignoreBuildErrors: true },
  // Streamdown imports it for what Mosaic leaves out.
  turbopack: { resolveAlias: { "rehype-raw": "./components/markdown/no-raw-html.ts", "@messages/*": `./messages/${language}/*` } },
  // Fewer and larger files, some of them with the same modules: a chat of 26 scripts waits for requests, not for bytes.
  experimental: { turbopackChunking: { minChunkSize: 400_000 } },
  ...(phase === PHASE_DEVELOPMENT_SERVER
    ? { rewrites: async () => [{ source: "/api/:path*", destination: `${apiOrigin}/api/:path*` }] }
    : { output: "export" as const }),
});

export default nextConfig;
