import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import { Refusal } from "@/test/contract-call";

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  woff2: "font/woff2",
  svg: "image/svg+xml",
  txt: "text/x-component",
};

/** The exported files under the policy that Mosaic serves them with. */
export const sendFile = async (response: ServerResponse, outDir: string | undefined, pathname: string): Promise<void> => {
  if (outDir === undefined) throw new Refusal("not_found");
  const path = normalize(pathname === "/" ? "/index" : pathname);
  const isAsset = /\.\w+$/.test(path);
  const file = join(outDir, isAsset ? path : `${path}.html`);
  const content = await readFile(file).catch(() => null);
  const body = content ?? (await readFile(join(outDir, "404.html")));
  const type = content && isAsset ? (types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream") : "text/html; charset=utf-8";
  const hashes = type.startsWith("text/html")
    ? [...body.toString().matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
        ([, script]) =>
          `'sha256-${createHash("sha256")
            .update(script ?? "")
            .digest("base64")}'`,
      )
    : [];
  response.writeHead(content ? 200 : 404, {
    "content-type": type,
    "content-security-policy": `default-src 'none'; script-src 'self' ${hashes.join(" ")}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  });
  response.end(body);
};
