import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { FileAddressProvider } from "@/features/chat/files/file-address";
import { MadeFile } from "@/features/chat/files/message-files";
import { sharedFileAddress } from "@/features/shared-copy/shared-file-address";

const [id, other] = ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"];

test("a member has a file of a copy by the page that names it, whoever has a link by its ticket alone", () => {
  expect(sharedFileAddress({ name: { kind: "member", id: other }, place: 2, files: undefined }, id)).toEqual({
    download: `/api/shares/${other}/file?page=2&file=${id}&as=download`,
    preview: `/api/shares/${other}/file?page=2&file=${id}&as=preview`,
  });
  const page = { name: { kind: "link" as const, token: "the-token" }, place: 0, files: [{ id, ticket: "abc" }] };
  expect(sharedFileAddress(page, id)).toEqual({
    download: "/api/shared-files/abc?as=download",
    preview: "/api/shared-files/abc?as=preview",
  });
  expect(sharedFileAddress(page, other)).toBeNull();
});

test("a copy's files are drawn as in a chat, from where the copy has them, and those that it has not are named", () => {
  const addressOf = (one: string) => (one === id ? { download: "/there", preview: "/there?as=preview" } : null);
  render(
    <FileAddressProvider value={addressOf}>
      <MadeFile file={{ type: "file", id, name: "a.png", mediaType: "image/png", sizeBytes: 10 }} />
      <MadeFile file={{ type: "file", id: other, name: "b.png", mediaType: "image/png", sizeBytes: 10 }} />
    </FileAddressProvider>,
  );
  expect(screen.getByRole("img", { name: "a.png" }).getAttribute("src")).toBe("/there?as=preview");
  expect(screen.getByRole("link", { name: "Download a.png" }).getAttribute("href")).toBe("/there");
  expect(screen.queryByRole("img", { name: "b.png" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Download b.png" })).toBeNull();
});
