import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";

interface Page {
  readonly html: string;
  readonly policy: string;
}

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
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function readPages(folder: string): Promise<Map<string, Page>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const pages = new Map<string, Page>();
  for (const file of files) {
    if (!file.isFile() || !file.name.endsWith(".html")) {
      continue;
    }
    const path = join(file.parentPath, file.name);
    const html = await readFile(path, "utf8");
    const route =
      `/${relative(folder, path)
        .split(sep)
        .join("/")
        .replace(/\.html$/, "")}`.replace(/\/index$/, "") || "/";
    pages.set(route === "/index" ? "/" : route, { html, policy: policyOf(html) });
  }
  return pages;
}

/**
 * Serves the exported web app: pages from memory, each under its own Content-Security-Policy, other files from disk. Files under
 * `/_next/static` carry a hash in their names and are kept by the browser for good.
 */
export async function staticWeb(folder: string): Promise<RequestHandler[]> {
  const pages = await readPages(folder);
  const files = express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: "ignore",
    setHeaders: (response, path) => {
      const isHashed = path.includes(`${sep}_next${sep}static${sep}`);
      response.setHeader("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  const servePage = (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      next();
      return;
    }
    const page = pages.get(request.path.length > 1 ? request.path.replace(/\/$/, "") : request.path);
    if (page === undefined) {
      next();
      return;
    }
    sendPage(response, 200, page);
  };
  const serveMissing = (request: Request, response: Response, next: NextFunction): void => {
    const missing = pages.get("/404");
    const wantsPage =
      request.method === "GET" && !/^\/(api|v1|demo)(\/|$)/.test(request.path) && request.accepts(["json", "html"]) === "html";
    if (missing === undefined || !wantsPage) {
      next();
      return;
    }
    sendPage(response, 404, missing);
  };
  return [servePage, files, serveMissing];
}

function sendPage(response: Response, status: number, page: Page): void {
  response.setHeader("content-security-policy", page.policy);
  response.setHeader("cache-control", "no-cache");
  response.status(status).type("html").send(page.html);
}
