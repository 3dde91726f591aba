import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Environment, Settings } from "./settings.js";

// What a child may see of the supervisor's environment. In the process runtime that is the machine's.
const inheritedNames = new Set(["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "MALLOC_ARENA_MAX"]);
const inheritedPrefixes = ["NODE_", "SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/** `own`: what the software wants beside it. Never the supervisor's whole environment, nor the token, which is in none. */
export function childEnvironment(
  { runDir }: Pick<Settings, "runDir">,
  own: Readonly<Record<string, string>>,
  env: Environment,
): Record<string, string> {
  const inherited = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (inheritedNames.has(entry[0]) || inheritedPrefixes.some((prefix) => entry[0].startsWith(prefix))),
  );
  return { XDG_CACHE_HOME: join(runDir, "cache"), ...Object.fromEntries(inherited), ...trustedCertificates(runDir), ...own };
}

/** Authorities that Mosaic's operator trusts. They come with the bundle, and Node reads them only at its start. */
function trustedCertificates(runDir: string): Record<string, string> {
  const file = join(runDir, "ca-certificates.pem");
  return existsSync(file) ? { NODE_EXTRA_CA_CERTS: file } : {};
}
