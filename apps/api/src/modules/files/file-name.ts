const maxCharacters = 120;
/** A file system's names end at 255 bytes, and Mosaic puts something before this one. */
const maxBytes = 200;

/** Reserved on Windows, whatever comes after the first point. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
/** What is not seen, or turns around how others are read. A joiner within a word or an emoji is neither. */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu;
const lineBreaks = /[\p{Zl}\p{Zp}\p{Zs}]/gu;
const notInNames = /[<>:"|?*]/g;

/**
 * A name that is one on every system, and says what it seems to say: no path, nothing unseen, no device, not hidden. What is left of another one is
 * kept as well as it goes, with the ending by which people know the kind.
 */
export function fileNameOf(given: string): string {
  const lastPart = given.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const plain = lastPart.replaceAll(unseen, "").replaceAll(lineBreaks, " ").replaceAll(notInNames, "_").replaceAll("\ufffd", "_");
  const name = cut(withoutEnd(plain.replace(/^[\s.]+/, "")));
  if (name === "") {
    return "file";
  }
  return deviceName.test(name) ? `_${name}` : name;
}

/** No system keeps spaces and points at the end of a name. */
function withoutEnd(name: string): string {
  let length = name.length;
  while (length > 0 && /[\s.]/.test(name.charAt(length - 1))) {
    length -= 1;
  }
  return name.slice(0, length);
}

function cut(name: string): string {
  if (fits(name)) {
    return name;
  }
  const ending = /\.[^.\s]{1,12}$/u.exec(name)?.[0] ?? "";
  const characters = Array.from(name.slice(0, name.length - ending.length)).slice(0, maxCharacters);
  while (characters.length > 0 && !fits(characters.join("") + ending)) {
    characters.pop();
  }
  return `${characters.join("").trimEnd()}${ending}`;
}

function fits(name: string): boolean {
  return Array.from(name).length <= maxCharacters && Buffer.byteLength(name) <= maxBytes;
}
