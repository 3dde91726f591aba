/** Said by a script of its own, which puts the address in between. */
export const m = {
  title: "Mosaic’s files can’t be loaded",
  before: "This page looks for them at ",
  after:
    "/_next. Reload the page. If Mosaic was put on a path of this host, that is not supported: give it a host name or a port of its own (docs/proxies.md).",
};
