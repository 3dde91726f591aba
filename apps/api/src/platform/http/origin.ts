import type { NextFunction, Request, Response } from "express";
import { AppError } from "../errors/app-error.js";
import { isInternalRequest } from "./listeners.js";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
const shownCharacters = 200;

/** What a request says of where it comes from and where it was sent. */
export interface AskedOrigin {
  /** The page's, as the browser tells it. */
  readonly origin: string | undefined;
  /** The browser's own judgement (`Sec-Fetch-Site`), which no page and no proxy has a hand in. Told to https: and to localhost only. */
  readonly fetchSite: string | undefined;
  /** As a trusted proxy forwards it, else the `Host` header. */
  readonly host: string | undefined;
  /** A trusted proxy says that the browser is there by HTTPS. */
  readonly isToldSecure: boolean;
  /** There is an `X-Forwarded-Host`, of somebody who is not trusted. */
  readonly isForwardedInVain: boolean;
}

/**
 * Why a change is refused, in words for who runs the proxy; `null` if it comes from a page of this server. See
 * docs/decisions/0015-who-may-send-what.md.
 */
export function refusalOfOrigin(asked: AskedOrigin): string | null {
  const page = asked.origin === undefined ? null : URL.parse(asked.origin);
  if (page === null || asked.origin === undefined || !/^https?:$/.test(page.protocol)) {
    return "Changes need an Origin header that names this server, as browsers send it, or an access token.";
  }
  const shown = page.origin.slice(0, shownCharacters);
  if (asked.fetchSite !== undefined && asked.fetchSite !== "same-origin") {
    return `The page at ${shown} belongs to another site, as the browser says (Sec-Fetch-Site: ${asked.fetchSite.slice(0, shownCharacters)}).`;
  }
  if (page.protocol === "http:" && asked.isToldSecure) {
    return `The page was opened at ${shown}, without encryption, but the proxy in front says that Mosaic is at https. Open https://${page.host.slice(0, shownCharacters)}.`;
  }
  if (asked.fetchSite === "same-origin" || isSameHost(page, asked.host)) {
    return null;
  }
  return wordsForProxy(shown, asked);
}

/** `https://mosaic.example:443` and `mosaic.example` are one host where the page is at https. */
function isSameHost(page: URL, host: string | undefined): boolean {
  return host !== undefined && URL.parse(`${page.protocol}//${host}`)?.host === page.host;
}

function wordsForProxy(page: string, { host, isForwardedInVain }: AskedOrigin): string {
  const facts = `The browser is at ${page}, but the request came to Mosaic for the host "${(host ?? "").slice(0, shownCharacters)}".`;
  const advice =
    "If you opened Mosaic at that address, the proxy in front of it changes the Host header. Let it pass on what the browser sent; in nginx: proxy_set_header Host $http_host;";
  const inVain = isForwardedInVain
    ? " The proxy also sent X-Forwarded-Host, which Mosaic trusts only from the addresses in MOSAIC_TRUSTED_PROXIES."
    : "";
  return `${facts} ${advice}${inVain}`;
}

/** Refuses changes that another site's page sends with our user's cookie: a browser always tells the origin of a change. */
export function requireSameOrigin(request: Request, _response: Response, next: NextFunction): void {
  // No other site's page can send this header, and a request that carries it is judged by it alone, whatever its cookies.
  const hasBearer = request.headers.authorization !== undefined;
  if (safeMethods.has(request.method) || hasBearer || isInternalRequest(request)) {
    next();
    return;
  }
  const { origin, host: directHost } = request.headers;
  const detail = refusalOfOrigin({
    origin,
    fetchSite: request.get("sec-fetch-site"),
    host: request.host,
    isToldSecure: request.secure,
    isForwardedInVain: request.get("x-forwarded-host") !== undefined && request.host === directHost,
  });
  next(detail === null ? undefined : new AppError("origin_refused", { detail }));
}
