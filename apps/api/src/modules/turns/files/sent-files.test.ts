import { expect, test } from "vitest";
import { partsOfFiles, withFiles } from "./sent-files.js";

const file = (sizeBytes: number, mediaType = "image/png", name = "a.png") => ({
  id: "01890a5d-ac96-774b-bcce-b302099a8057",
  name,
  mediaType,
  sizeBytes,
});
const limits = { maxBytes: 100, maxTotalBytes: 150 };

test("every file has a place in the workspace, and images are shown as far as they fit", () => {
  const parts = partsOfFiles([file(100), file(101), file(60), file(50), file(9, "text/plain", "b.txt")], "inbox", limits);
  expect(parts.map(({ isShownToModel }) => isShownToModel)).toEqual([true, false, false, true, undefined]);
  expect(parts.map(({ workspacePath }) => workspacePath)).toEqual([
    ...Array.from({ length: 4 }, () => "inbox/099a8057-a.png"),
    "inbox/099a8057-b.txt",
  ]);
});

test("a model that is not known to take images is shown none", () => {
  expect(partsOfFiles([file(1)], "inbox", null)[0]?.isShownToModel).toBe(false);
});

test("an agent is told where the files are, and a message without files is as it was", () => {
  const parts = partsOfFiles([file(1)], "inbox", limits);
  expect(withFiles("Look", parts)).toBe(
    "Look\n\n[Files of this message, in your workspace:\n- inbox/099a8057-a.png (image/png, 1 bytes, shown to you)\n]",
  );
  expect(withFiles(" ", parts)).toMatch(/^\[Files/);
  expect(withFiles("Look", [{ type: "text", text: "Look" }])).toBe("Look");
});
