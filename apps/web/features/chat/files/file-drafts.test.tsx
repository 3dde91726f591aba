import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { restoreFiles } from "@/features/chat/files/file-drafts";
import { openChat } from "@/test/open-chat";

test("files that are stored are attached still after a reload", async () => {
  const file = { id: crypto.randomUUID(), name: "notes.txt", mediaType: "text/plain", sizeBytes: 4 } as const;
  const key = crypto.randomUUID();
  restoreFiles(key, [file]);
  vi.resetModules();
  const fresh = await import("@/features/chat/files/file-drafts");
  expect(fresh.takeFiles(key)).toEqual([file]);
  vi.resetModules();
  expect((await import("@/features/chat/files/file-drafts")).takeFiles(key)).toEqual([]);
});

test("a file that failed says what it keeps from being sent, and can be uploaded once more", async () => {
  const page = await openChat();
  page.server.breakNetwork("POST files", "away");
  fireEvent.change(screen.getByLabelText("Files", { selector: "input" }), { target: { files: [new File(["text"], "notes.txt")] } });
  expect(await screen.findByText("Remove the file that failed, or try again.")).toBeDefined();
  // There may be less room than was said before.
  await waitFor(() => expect(page.server.requests.filter(({ line }) => line === "GET /api/files/room")).toHaveLength(2));
  fireEvent.change(page.box, { target: { value: "Read this" } });
  expect(screen.getByRole("button", { name: "Send message" })).toHaveProperty("disabled", true);
  const gate = Promise.withResolvers<void>();
  page.server.breakNetwork("POST files", gate.promise);
  fireEvent.click(screen.getByRole("button", { name: "Upload notes.txt again" }));
  expect(await screen.findByText("Wait until the files are uploaded.")).toBeDefined();
  gate.resolve();
  await waitFor(() => expect(screen.getByRole("button", { name: "Send message" })).toHaveProperty("disabled", false));
  expect(screen.queryByText("Wait until the files are uploaded.")).toBeNull();
});
