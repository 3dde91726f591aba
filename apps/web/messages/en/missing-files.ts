/** Said by a script of its own, which puts the address in between. */
export const m = {
  title: "Mosaic’s files can’t be loaded",
  before: "This page looks for them at ",
  after:
    "/_next. Reload the page. Mosaic does not work under a path of this host: if it runs there, give it a host name or a port of its own (docs/proxies.md).",
};
