import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import Negotiator from "negotiator";
import { permissionsPolicy } from "./security-headers.js";
import { framePolicies } from "./frames.js";
import { defaultLanguage, languageOfFile, pageLanguage } from "./page-language.js";
import { preferredEncodings, readWebFiles, type EncodedFile, type Encoding, type WebFile } from "./web-files.js";

interface Page {
  readonly policy: string;
  /** Shown inside of Mosaic's pages; no other document is shown inside of any. */
  readonly isFrame: boolean;
  /** Pages are few and small, so that all their forms are kept in memory. */
  readonly bodies: ReadonlyMap<Encoding, Buffer>;
  readonly file: WebFile;
}

/** A worker is under the policy of its own file: it takes its parts from here, and calls nobody. */
const workerPolicy = "default-src 'none'; script-src 'self'";

/** Of the worker that stays with the pages: it has no parts, keeps one page, and asks nobody but Mosaic. */
const serviceWorker = { name: "service-worker.js", policy: "default-src 'none'; connect-src 'self'" };

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

/** The policy of one page: its own inline scripts by hash and nothing else inline that could run. */
export function policyOf(html: string): string {
  const hashes = [...html.matchAll(inlineScript)].map(
    (match) =>
      `'sha256-${createHash("sha256")
        .update(match[1] ?? "")
        .digest("base64")}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(hashes)].join(" ")}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** What lies at a path: a page, or a file that is sent as it is. */
type Found = { readonly page: Page } | { readonly file: WebFile };

/** The path of a page, `/` for `index.html` and `/login` for `login.html`, and what is sent there. */
async function readPage(file: WebFile, name: string): Promise<[string, Found]> {
  const read = [...file.encodings].map(async ([encoding, { path }]) => [encoding, await readFile(path)] as const);
  const bodies = new Map(await Promise.all(read));
  const framePolicy = framePolicies.get(`/${name}`);
  if (framePolicy !== undefined) {
    return [`/${name}`, { page: { policy: framePolicy, isFrame: true, bodies, file } }];
  }
  const policy = policyOf(bodies.get("identity")?.toString("utf8") ?? "");
  return [`/${name.replace(/(^|\/)index\.html$|\.html$/, "")}`, { page: { policy, isFrame: false, bodies, file } }];
}

/**
 * Serves the exported web app: pages from memory, each under its own Content-Security-Policy, other files from disk, both in the smallest form
 * that was built and that the browser takes. Only what the folder held at the start is ever opened: a path is looked up, never made into a
 * file's name. Files under `/_next/static` carry a hash in their names and are kept by the browser for good.
 */
export async function staticWeb(folder: string): Promise<RequestHandler[]> {
  const sites = await readSites(folder);
  const serve = (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      next();
      return;
    }
    const found = find(sites, request, response, decodedPath(request.path));
    if (found === undefined) {
      next();
    } else if ("page" in found) {
      sendPage(request, response, 200, found.page);
    } else {
      sendFile(request, response, next, found.file);
    }
  };
  const serveMissing = (request: Request, response: Response, next: NextFunction): void => {
    const wantsPage =
      request.method === "GET" && !/^\/(api|v1|demo)(\/|$)/.test(request.path) && request.accepts(["json", "html"]) === "html";
    const missing = wantsPage ? find(sites, request, response, "/404") : undefined;
    if (missing === undefined || !("page" in missing)) {
      next();
      return;
    }
    sendPage(request, response, 404, missing.page);
  };
  return [serve, serveMissing];
}

/** What lies at each path, by the language that it is in. What is the same in all of them lies in the default one's alone. */
async function readSites(folder: string): Promise<Map<string, ReadonlyMap<string, Found>>> {
  const sites = new Map<string, Map<string, Found>>();
  for (const file of await readWebFiles(folder)) {
    const { language, rest } = languageOfFile(file.name) ?? { language: defaultLanguage, rest: file.name };
    const [path, found] = rest.endsWith(".html") ? await readPage(file, rest) : [`/${rest}`, { file }];
    sites.set(language, (sites.get(language) ?? new Map<string, Found>()).set(path, found));
  }
  return sites;
}

/** In the browser's language where that has it. Caches in between are told that others may get another one. */
function find(
  sites: ReadonlyMap<string, ReadonlyMap<string, Found>>,
  request: Request,
  response: Response,
  path: string,
): Found | undefined {
  const found = (language: string): Found | undefined => {
    const page = sites.get(language)?.get(path.length > 1 ? path.replace(/\/$/, "") : path);
    return page !== undefined && "page" in page ? page : sites.get(language)?.get(path);
  };
  if ([...sites.keys()].filter((language) => found(language) !== undefined).length > 1) {
    response.vary("Accept-Language, Cookie");
  }
  return found(pageLanguage(request)) ?? found(defaultLanguage);
}

/** As it was sent where it can't be decoded: no file has such a name. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function sendPage(request: Request, response: Response, status: number, page: Page): void {
  const encoding = negotiate(request, response, page.file).encoding;
  response.setHeader("content-security-policy", page.policy);
  if (page.isFrame) {
    response.setHeader("x-frame-options", "SAMEORIGIN");
  } else {
    // A page stays while its address changes, so this is not the chat's alone.
    response.setHeader("permissions-policy", permissionsPolicy("(self)"));
  }
  response.setHeader("cache-control", "no-cache");
  response.status(status).type("html").send(page.bodies.get(encoding));
}

function sendFile(request: Request, response: Response, next: NextFunction, file: WebFile): void {
  const isHashed = file.name.startsWith("_next/static/");
  response.setHeader("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (isHashed || file.name === serviceWorker.name) {
    response.setHeader("content-security-policy", isHashed ? workerPolicy : serviceWorker.policy);
  }
  // A document without an origin gets its modules only where anybody does.
  if (file.name.startsWith("frames/")) {
    response.setHeader("access-control-allow-origin", "*");
  }
  // Of the file itself, which the ending of a compressed one does not tell.
  response.type(extname(file.name));
  const { path } = negotiate(request, response, file);
  response.sendFile(path, { cacheControl: false, dotfiles: "allow" }, (error?: Error & { status?: number }) => {
    if (error === undefined || response.headersSent) {
      return;
    }
    for (const header of ["content-encoding", "content-type", "cache-control", "etag"]) {
      response.removeHeader(header);
    }
    if (error.status === 412 || error.status === 416) {
      response.status(error.status).setHeader("cache-control", "no-store").end();
    } else {
      next(error);
    }
  });
}

/** Chooses the form that this browser is sent, and says so in the head of the answer. Caches in between must keep the forms apart. */
function negotiate(request: Request, response: Response, { encodings }: WebFile): EncodedFile & { encoding: Encoding } {
  const offered = [...encodings.keys()];
  const wanted = new Negotiator(request).encoding(offered, { preferred: [...preferredEncodings] });
  const encoding = offered.find((known) => known === wanted) ?? "identity";
  const chosen = encodings.get(encoding);
  if (chosen === undefined) {
    throw new Error("a file of the web app has no form that can be sent");
  }
  if (offered.length > 1) {
    response.vary("Accept-Encoding");
  }
  if (encoding !== "identity") {
    response.setHeader("content-encoding", encoding);
  }
  response.setHeader("etag", chosen.etag);
  return { ...chosen, encoding };
}
