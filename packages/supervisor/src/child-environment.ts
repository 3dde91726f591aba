import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Environment, Settings } from "./settings.js";

// What a child may see of the supervisor's environment. In the process runtime that is the machine's.
const inheritedNames = new Set(["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "MALLOC_ARENA_MAX"]);
const inheritedPrefixes = ["NODE_", "SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/**
 * `own`: what the software wants beside it. Of the supervisor's environment only what is known to be harmless, since without an engine that is the
 * machine's; in an image that knows nothing of Mosaic (`MOSAIC_PASS_ENVIRONMENT=1`) all that is the image's. The token is in none.
 */
export function childEnvironment(
  { runDir }: Pick<Settings, "runDir">,
  own: Readonly<Record<string, string>>,
  env: Environment,
): Record<string, string> {
  const isPassedOn = env["MOSAIC_PASS_ENVIRONMENT"] === "1" ? (name: string) => !name.startsWith("MOSAIC_") : isInherited;
  const inherited = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && isPassedOn(entry[0]));
  return { XDG_CACHE_HOME: join(runDir, "cache"), ...Object.fromEntries(inherited), ...trustedCertificates(runDir), ...own };
}

function isInherited(name: string): boolean {
  return inheritedNames.has(name) || inheritedPrefixes.some((prefix) => name.startsWith(prefix));
}

/** Authorities that Mosaic's operator trusts. They come with the bundle, and Node reads them only at its start. */
function trustedCertificates(runDir: string): Record<string, string> {
  const file = join(runDir, "ca-certificates.pem");
  return existsSync(file) ? { NODE_EXTRA_CA_CERTS: file } : {};
}
