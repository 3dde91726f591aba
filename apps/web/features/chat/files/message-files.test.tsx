import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { MadeFile, SentFiles } from "@/features/chat/files/message-files";
import { sizeWords } from "@/features/chat/files/file-words";

const id = "01890a5d-ac96-774b-bcce-b302099a8057";

test("a file says where it is, and an image whether the model sees it", () => {
  render(
    <SentFiles
      parts={[
        { type: "text", text: "Look" },
        { type: "file", id, name: "a.png", mediaType: "image/png", sizeBytes: 10, workspacePath: "inbox/1-a.png", isShownToModel: true },
        { type: "file", id, name: "b.png", mediaType: "image/png", sizeBytes: 10, workspacePath: "inbox/1-b.png", isShownToModel: false },
        { type: "file", id, name: "c.pdf", mediaType: "application/pdf", sizeBytes: 2_000_000, workspacePath: "inbox/1-c.pdf" },
      ]}
    />,
  );
  expect(screen.getAllByRole("listitem")).toHaveLength(3);
  expect(screen.getByText("Shown to the model. In the agent’s workspace: inbox/1-a.png")).toBeDefined();
  expect(screen.getByText(/inbox\/1-b\.png\. Not shown to the model/)).toBeDefined();
  expect(screen.getByText("In the agent’s workspace: inbox/1-c.pdf")).toBeDefined();
  expect(screen.getByRole("img", { name: "a.png" }).getAttribute("src")).toBe(`/api/files/${id}/preview`);
});

test("what can run is only downloaded, or shown as text elsewhere", () => {
  render(<MadeFile file={{ type: "file", id, name: "page.html", mediaType: "text/plain", sizeBytes: 10 }} />);
  expect(screen.getByRole("link", { name: "Download page.html" }).getAttribute("download")).toBe("page.html");
  expect(screen.getByRole("link", { name: "View page.html" }).getAttribute("rel")).toBe("noreferrer");
  render(<MadeFile file={{ type: "file", id, name: "a.pdf", mediaType: "application/pdf", sizeBytes: 10 }} />);
  expect(screen.queryByRole("link", { name: "View a.pdf" })).toBeNull();
});

test("a file that is not offered says where it is", () => {
  render(
    <MadeFile
      file={{ type: "file", name: "huge.bin", mediaType: "application/octet-stream", sizeBytes: 5e7, workspacePath: "outbox/huge.bin" }}
    />,
  );
  expect(screen.getByText(/workspace: outbox\/huge\.bin\. You can’t download it here/)).toBeDefined();
  expect(screen.queryByRole("link")).toBeNull();
});

test.each([
  [1, "1 byte"],
  [1_023, "1023 bytes"],
  [1_024, "1 kB"],
  [1_048_000, "1023 kB"],
  [1_048_570, "1 MB"],
  [1_500_000, "1.4 MB"],
  [1_073_741_824, "1,024 MB"],
])("%i bytes are %s", (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});
