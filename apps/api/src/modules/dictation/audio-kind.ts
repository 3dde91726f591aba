/** What a recording is, as its first bytes say: nobody's word is taken for it. */
export interface AudioKind {
  readonly type: string;
  readonly ending: string;
}

const kinds: readonly (AudioKind & { readonly begins: (hex: string) => boolean })[] = [
  { type: "audio/webm", ending: "webm", begins: (hex) => hex.startsWith("1a45dfa3") },
  { type: "audio/ogg", ending: "ogg", begins: (hex) => hex.startsWith(hexOf("OggS")) },
  { type: "audio/mp4", ending: "mp4", begins: (hex) => hex.startsWith(hexOf("ftyp"), 8) },
  { type: "audio/wav", ending: "wav", begins: (hex) => hex.startsWith(hexOf("RIFF")) && hex.startsWith(hexOf("WAVE"), 16) },
  { type: "audio/flac", ending: "flac", begins: (hex) => hex.startsWith(hexOf("fLaC")) },
  { type: "audio/mpeg", ending: "mp3", begins: (hex) => hex.startsWith(hexOf("ID3")) || /^fff[b32]/.test(hex) },
];

/** `null`: no recording that is known. */
export function audioKindOf(bytes: Uint8Array): AudioKind | null {
  const hex = Buffer.from(bytes.subarray(0, 12)).toString("hex");
  const found = kinds.find(({ begins }) => begins(hex));
  return found === undefined ? null : { type: found.type, ending: found.ending };
}

function hexOf(text: string): string {
  return Buffer.from(text, "latin1").toString("hex");
}
