import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigurationError, type Env } from "./env.js";

/** Certificates of authorities that are trusted beside the system's, each as PEM: by Mosaic's own calls, and by its agents. */
export interface TrustedCertificates {
  readonly list: readonly string[];
}

const maxBytes = 2 * 1024 * 1024;
const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,20000}-----END CERTIFICATE-----/g;

/** Injection token of what `readTrustedCertificates` tells. */
export const TRUSTED_CERTIFICATES = Symbol("TRUSTED_CERTIFICATES");

/**
 * Reads both files once, at the start. What can't be read stops the start: a certificate that is silently missing shows much later, as a provider
 * or a sign-in server that nobody can reach.
 */
export function readTrustedCertificates(env: Pick<Env, "MOSAIC_EXTRA_CA_CERTS" | "NODE_EXTRA_CA_CERTS">): TrustedCertificates {
  const files = { MOSAIC_EXTRA_CA_CERTS: env.MOSAIC_EXTRA_CA_CERTS, NODE_EXTRA_CA_CERTS: env.NODE_EXTRA_CA_CERTS };
  const list = Object.entries(files).flatMap(([name, path]) => (path === undefined ? [] : certificatesOf(name, path)));
  return { list: [...new Set(list)] };
}

function certificatesOf(name: string, path: string): readonly string[] {
  const found = readText(name, path).match(block) ?? [];
  if (found.length === 0) {
    throw new ConfigurationError(
      `Mosaic can't start with this configuration:\n  - ${name} names a file without certificates. It must hold them as PEM, each between BEGIN CERTIFICATE and END CERTIFICATE.`,
    );
  }
  return found.map((pem, index) => {
    try {
      return new X509Certificate(pem).toString().trim();
    } catch {
      throw new ConfigurationError(
        `Mosaic can't start with this configuration:\n  - ${name}: certificate ${index + 1} of its file is damaged.`,
      );
    }
  });
}

function readText(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8").slice(0, maxBytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new ConfigurationError(`Mosaic can't start with this configuration:\n  - ${name} names a file that can't be read (${code}).`);
  }
}
