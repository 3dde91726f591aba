const maxCharacters = 60;

/** A name for a file on any system: letters, numbers and hyphens of any script. */
export function fileNameOf(title: string, extension: string): string {
  const words = title
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, "-")
    .replaceAll(/^-|-$/g, "");
  return `${Array.from(words).slice(0, maxCharacters).join("") || "conversation"}.${extension}`;
}

/** RFC 6266: the name in ASCII for old clients, and as it is. */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^\w.-]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
