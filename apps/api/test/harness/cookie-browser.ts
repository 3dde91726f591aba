/** A browser without pages: keeps each origin's cookies apart by host and path, and follows redirects only when it is told to. */
export class CookieBrowser {
  private readonly cookies = new Map<string, { readonly host: string; readonly path: string; readonly pair: string }>();

  async open(url: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: this.cookiesFor(new URL(url)) },
      ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      this.keep(new URL(url), cookie);
    }
    return response;
  }

  /** Follows redirects as long as `goesOn` says so; the address at which it stopped, without opening it. */
  async follow(url: string, goesOn: (url: URL) => boolean): Promise<URL> {
    let next = new URL(url);
    for (let steps = 0; steps < 20 && goesOn(next); steps += 1) {
      const response = await this.open(next.href);
      const location = response.headers.get("location");
      if (location === null) {
        throw new Error(
          `${next.pathname} answers ${response.status} where a redirect was expected: ${(await response.text()).slice(0, 200)}`,
        );
      }
      next = new URL(location, next);
    }
    return next;
  }

  cookiesFor(url: URL): string {
    const sent = [...this.cookies.values()].filter(({ host, path }) => host === url.host && url.pathname.startsWith(path));
    return sent.map(({ pair }) => pair).join("; ");
  }

  private keep(url: URL, cookie: string): void {
    const pair = cookie.split(";")[0] ?? "";
    const path = /; ?path=([^;]+)/i.exec(cookie)?.[1] ?? "/";
    const key = `${url.host} ${path} ${pair.split("=")[0] ?? ""}`;
    if (pair.endsWith("=") || /expires=Thu, 01 Jan 1970/i.test(cookie)) {
      this.cookies.delete(key);
    } else {
      this.cookies.set(key, { host: url.host, path, pair });
    }
  }
}
