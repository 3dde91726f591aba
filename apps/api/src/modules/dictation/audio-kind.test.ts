import { expect, test } from "vitest";
import { audioKindOf } from "./audio-kind.js";

test.each([
  ["1a45dfa3", "webm"],
  ["4f67675300020000", "ogg"],
  ["0000001c6674797069736f6d", "mp4"],
  ["52494646ffffffff57415645", "wav"],
  ["664c614300000022", "flac"],
  ["4944330400000000", "mp3"],
  ["fffb9064", "mp3"],
  ["52494646ffffffff41564920", undefined],
  ["3c68746d6c3e", undefined],
  ["", undefined],
])("%s begins a recording as %s", (hex, ending) => {
  expect(audioKindOf(Buffer.from(hex, "hex"))?.ending).toBe(ending);
});
