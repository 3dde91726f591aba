const lastLines = 6;

/** The end of what a command said, without addresses: those of a private registry may hold a password. */
export function lastWords(said: string): string {
  return said
    .split("\n")
    .map((line) =>
      line
        .trimEnd()
        .replaceAll(/\b[a-z][a-z+]*:\/\/\S+/gi, "<address>")
        .replaceAll(/\b(?:npm_|Bearer\s+|_authToken=|_auth=|_password=)\S+/gi, "<secret>"),
    )
    .filter((line) => line.trim() !== "" && !/A complete log of this run/.test(line))
    .slice(-lastLines)
    .join("\n");
}
