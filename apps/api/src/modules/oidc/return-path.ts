const maxLength = 500;
const anywhere = "http://mosaic.invalid";

/** Where the browser goes after signing in: a page of Mosaic, whatever the address asks for. */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== "string" || wanted.length > maxLength || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(wanted)) {
    return "/";
  }
  const url = URL.parse(wanted, anywhere);
  const isPage = url !== null && url.origin === anywhere && !/^\/(api|v1)(\/|$)/i.test(url.pathname) && !url.pathname.startsWith("//");
  return isPage ? `${url.pathname}${url.search}${url.hash}` : "/";
}
