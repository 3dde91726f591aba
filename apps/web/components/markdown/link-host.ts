/** Where a link leads, in characters that look like no others; null for what no browser would open. */
export const parsedAddress = (href: string): URL | null => {
  if (!/^(https?:|mailto:)/i.test(href)) return null;
  return URL.parse(href);
};

/** What shows nothing, or changes the order of what is shown. */
const hidden = /[\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
const namedHost =
  /(?:^|[\s("'<[])(?:[a-z][a-z\d+.-]*:\/\/)?(?:[^\s/?#@]{1,200}@)?((?:[\p{L}\p{N}_-]{1,63}\.){1,20}\p{L}[\p{L}\p{N}-]{1,62})/iu;

const bareHost = (host: string): string => host.replace(/^www\./, "");

/**
 * The host to show beside a link's text, where the text could be taken for another one: it names a host that the link does not lead to, or
 * the link's own is written in look-alike letters or behind a user's name. `null`: the text says nothing wrong.
 */
export const hostToShow = (address: URL, text: string): string | null => {
  if (address.protocol === "mailto:") return null;
  const host = address.hostname;
  if (host.startsWith("xn--") || host.includes(".xn--") || address.username !== "" || address.password !== "") return host;
  const named = namedHost.exec(text.slice(0, 1000).replace(hidden, ""))?.[1];
  if (named === undefined) return null;
  const shown = URL.parse(`https://${named}`)?.hostname;
  return shown !== undefined && bareHost(shown) === bareHost(host) ? null : host;
};
