// Makes the font of the first view out of Inter's own file: the same Latin characters in half the bytes, with the weights that the pages use
// (app/globals.css, `font-medium`, `font-semibold`) and the features that they switch on. Characters of other scripts come from the whole font.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const source = new URL("../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", import.meta.url);
const target = new URL("../app/generated/inter-latin.woff2", import.meta.url);

/** As in app/layout.tsx. A character that the source has not is left out. */
const ranges = [
  [0x20, 0xff],
  [0x131, 0x131],
  [0x152, 0x153],
  [0x2bb, 0x2bc],
  [0x2c6, 0x2dc],
  [0x304, 0x329],
  [0x2000, 0x206f],
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
  [0x2191, 0x2193],
  [0x2212, 0x2215],
];
const text = ranges
  .flatMap(([from = 0, to = 0]) => Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)))
  .join("");

const font = await subsetFont(await readFile(source), text, {
  targetFormat: "woff2",
  variationAxes: { wght: { min: 400, max: 600 } },
  keepFeatures: ["ccmp", "kern", "locl", "mark", "mkmk", "cv11", "ss03", "tnum"],
});
await mkdir(fileURLToPath(new URL(".", target)), { recursive: true });
await writeFile(target, font);
