import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import type { DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { exampleText } from "@/features/admin-declared-kinds/declaration-example";
import { readDeclaration } from "@/features/admin-declared-kinds/json-faults";
import { UnsavedGuard } from "@/components/page/unsaved-guard";
import { BackendsPage } from "@/features/admin-backends/backends-page";
import { press, type } from "@/test/actions";
import { adminState, type AdminState } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { sampleDeclaration, settingsOf, storedDeclaration } from "@/test/declared-contract";
import { openPage } from "@/test/page";

const withKinds = (
  versions: readonly DeclaredBackend[],
  over: Partial<AdminState> = {},
  settings: Partial<BackendSettings> = {},
): AdminState => {
  const admin = adminState(over);
  const newest = versions.at(-1) ?? sampleDeclaration();
  return { ...admin, declarations: [storedDeclaration(...versions)], backends: [...admin.backends, settingsOf(newest, settings)] };
};

const open = (address: string, admin: AdminState = adminState()) =>
  openPage(
    <UnsavedGuard>
      <BackendsPage />
    </UnsavedGuard>,
    { ...readyState(), admin },
    address,
  );

const editor = () => screen.getByLabelText<HTMLTextAreaElement>("Declaration");
const selected = (): string => editor().value.slice(editor().selectionStart, editor().selectionEnd);
const faults = () => within(screen.getByRole("alert", { name: "What is wrong" }));
const alertText = async (): Promise<string> => (await screen.findByRole("alert")).textContent;

describe("the section of declared kinds", () => {
  test("begins with the first step", async () => {
    await open("/admin/backends");
    await screen.findByText("No kind is declared yet");
    expect(screen.getByText(/docs\/backends\.md/)).toBeDefined();
    expect(screen.getByRole("link", { name: "Declare a kind" }).getAttribute("href")).toBe("/admin/backends?add=declaration");
    expect(screen.queryByRole("button", { name: "Export" })).toBeNull();
  });

  test("marks what is declared, and leads to its declaration in place of a form", async () => {
    await open("/admin/backends", withKinds([sampleDeclaration()]));
    const kind = within(await screen.findByRole("listitem", { name: "Parrot" }));
    expect(kind.getByText("Declared")).toBeDefined();
    expect(kind.getByText("example.org/parrot:1")).toBeDefined();
    expect(kind.queryByRole("textbox")).toBeNull();
    expect(kind.getByRole("link", { name: "Edit declaration" }).getAttribute("href")).toBe("/admin/backends?declaration=parrot");
  });

  test("a kind is deleted after it was asked for", async () => {
    const { server } = await open("/admin/backends", withKinds([sampleDeclaration()]));
    fireEvent.click(await screen.findByRole("button", { name: "Delete kind" }));
    fireEvent.click(within(screen.getByRole("alertdialog", { name: "Delete the kind “Parrot”?" })).getByText("Delete kind"));
    await screen.findByText("No kind is declared yet");
    expect(server.state.admin.declarations).toEqual([]);
  });

  test("a kind that agents are of is kept, and the page says why", async () => {
    const { server } = await open("/admin/backends", withKinds([sampleDeclaration()], {}, { agentCount: 2 }));
    fireEvent.click(await screen.findByRole("button", { name: "Delete kind" }));
    fireEvent.click(within(screen.getByRole("alertdialog")).getByText("Delete kind"));
    await screen.findByText("Agents are of this kind. Delete them first, or stop offering the kind.");
    expect(server.state.admin.declarations).toHaveLength(1);
  });

  test("all declarations are saved as a file that can be imported", async () => {
    const saved: Blob[] = [];
    URL.createObjectURL = (file) => {
      saved.push(file as Blob);
      return "blob:file";
    };
    URL.revokeObjectURL = () => undefined;
    const names: string[] = [];
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      names.push(this.download);
    });
    onTestFinished(() => click.mockRestore());
    await open("/admin/backends", withKinds([sampleDeclaration()]));
    fireEvent.click(await screen.findByRole("button", { name: "Export" }));
    await waitFor(() => expect(names).toEqual(["mosaic-kinds-of-agents.json"]));
    const [file] = saved;
    expect(JSON.parse((await file?.text()) ?? "")).toEqual({ version: 1, backends: [sampleDeclaration()] });
  });
});

describe("a new declaration", () => {
  test("begins with an example that can be saved as it is", () => {
    expect(readDeclaration(exampleText)).toHaveProperty("declaration.id", "my-agent");
  });

  test("says what is wrong, where, and goes there; then it is saved", async () => {
    const { server, visits } = await open("/admin/backends?add=declaration");
    await screen.findByRole("heading", { name: "Declare a kind" });
    expect(editor().value).toBe(exampleText);
    type("Declaration", exampleText.replace("8000", '"eighty"').replace('"user": 1000', '"user": 1000,\n  "pot": 1'));
    press("Declare kind");
    await waitFor(() => expect(faults().getAllByRole("listitem")).toHaveLength(2));
    expect(faults().getAllByRole("listitem")[0]?.textContent).toBe("Line 12, pot There is no such field: pot");
    expect(faults().getAllByRole("listitem")[1]?.textContent).toBe("Line 13, port This must be a number");
    expect([document.activeElement, selected()]).toEqual([editor(), "1"]);
    fireEvent.click(faults().getByRole("button", { name: "Line 13, port" }));
    expect(selected()).toBe('"eighty"');
    expect(editor().getAttribute("aria-invalid")).toBe("true");
    expect(server.requests.filter(({ line }) => line.startsWith("POST"))).toEqual([]);
    type("Declaration", exampleText.replace("My agent", "Owl"));
    press("Declare kind");
    await waitFor(() => expect(visits).toEqual(["/admin/backends"]));
    expect(server.state.admin.declarations).toMatchObject([{ declaration: { id: "my-agent", label: "Owl", port: 8000 } }]);
  });

  test("shows where the text is no JSON", async () => {
    await open("/admin/backends?add=declaration");
    await screen.findByLabelText("Declaration");
    type("Declaration", '{\n  "id": "owl"\n  "label": "Owl"\n}');
    press("Declare kind");
    await waitFor(() => expect(faults().getByRole("listitem").textContent).toMatch(/^Line 3 This is not JSON/));
    expect(editor().selectionStart).toBe(editor().value.indexOf('"label"'));
  });

  test("shows what the API finds at its place too, and an id that is taken", async () => {
    const words = "Only images of registry.example.org are allowed here";
    await open("/admin/backends?add=declaration", adminState({ imageFaults: { "elsewhere/agent:1": words } }));
    await screen.findByLabelText("Declaration");
    type("Declaration", exampleText.replace("registry.example.org/my-agent:1.0", "elsewhere/agent:1"));
    press("Declare kind");
    await waitFor(() => expect(faults().getByRole("listitem").textContent).toBe(`Line 5, image ${words}`));
    expect(selected()).toBe('"elsewhere/agent:1"');
    type("Declaration", exampleText.replace("my-agent", "openclaw"));
    press("Declare kind");
    await screen.findByText('There is a kind with the id "openclaw" already. Choose another one.');
    expect(screen.queryByRole("button", { name: "Load again" })).toBeNull();
  });

  test("is not left by mistake", async () => {
    const { visits } = await open("/admin/backends?add=declaration");
    await screen.findByLabelText("Declaration");
    type("Declaration", "{}");
    press("Cancel");
    press("Keep editing");
    expect(visits).toEqual([]);
    press("Cancel");
    press("Discard changes");
    expect(visits).toEqual(["/admin/backends"]);
  });
});

describe("a stored declaration", () => {
  const first = sampleDeclaration({ description: "First." });
  const second = sampleDeclaration({ description: "Second." });

  test("a change that somebody else made meanwhile is told, loaded, and one's own text is not lost", async () => {
    const { server, visits } = await open("/admin/backends?declaration=parrot", withKinds([first]));
    await screen.findByLabelText("Declaration");
    const mine = editor().value.replace("First.", "Mine.");
    type("Declaration", mine);
    server.state.admin.declarations = [storedDeclaration(first, second)];
    press("Save declaration");
    expect(await alertText()).toContain("Somebody else changed this kind meanwhile.");
    press("Load again");
    await waitFor(() => expect(editor().value).toContain("Second."));
    expect(screen.queryByRole("alert")).toBeNull();
    press("Put my text back");
    await waitFor(() => expect(editor().value).toBe(mine));
    press("Save declaration");
    await waitFor(() => expect(visits).toEqual(["/admin/backends"]));
    expect(server.state.admin.declarations).toMatchObject([{ declaration: { description: "Mine." }, version: 3 }]);
  });

  test("its history says who and when, and brings a version back", async () => {
    const { server } = await open("/admin/backends?declaration=parrot", withKinds([first, second]));
    const history = within(await screen.findByRole("region", { name: "History" }));
    const [now, before] = history.getAllByRole("listitem");
    expect(now?.textContent).toMatch(/^Version 2In use.*2026.*Grace Hopper$/);
    expect(before?.textContent).toMatch(/^Version 1.*2026.*from a file at start, or by a deleted user/);
    press("Use this version again");
    await waitFor(() => expect(editor().value).toContain("First."));
    expect(document.activeElement).toBe(editor());
    press("Save declaration");
    await waitFor(() => expect(server.state.admin.declarations).toMatchObject([{ declaration: first, version: 3 }]));
  });

  test("one that is gone says so", async () => {
    await open("/admin/backends?declaration=gone", adminState());
    expect(await alertText()).toContain("Not found");
  });
});

describe("an import", () => {
  const parrot = sampleDeclaration();
  const owl = sampleDeclaration({ id: "owl", label: "Owl" });
  const file = (...backends: readonly unknown[]): string => JSON.stringify({ version: 1, backends }, null, 2);
  const content = () => screen.getByLabelText<HTMLTextAreaElement>("Content of the file");

  test("first shows what would come of it, then is made", async () => {
    const admin = withKinds([parrot], { importNotes: ["The network of Owl was left out."] });
    const { server, visits } = await open("/admin/backends?add=import", admin);
    await screen.findByLabelText("Content of the file");
    const text = file({ ...parrot, description: "Repeats." }, owl);
    fireEvent.change(screen.getByLabelText("File to import"), { target: { files: [new File([text], "kinds.json")] } });
    await waitFor(() => expect(content().value).toBe(text));
    press("Show what it would do");
    await screen.findByText("This is what the import does");
    expect(screen.getByText("Adds").nextElementSibling?.textContent).toBe("owl");
    expect(screen.getByText("Changes").nextElementSibling?.textContent).toBe("parrot");
    expect(screen.getByText("The network of Owl was left out.")).toBeDefined();
    expect(server.state.admin.declarations).toHaveLength(1);
    press("Import");
    await waitFor(() => expect(visits).toEqual(["/admin/backends"]));
    expect(server.state.admin.declarations.map(({ declaration }) => declaration.description)).toEqual(["Repeats.", ""]);
    expect(await screen.findByText("1 kind added, 1 changed")).toBeDefined();
  });

  test("another text is tried anew, and what changes nothing is not imported", async () => {
    await open("/admin/backends?add=import", withKinds([parrot]));
    await screen.findByLabelText("Content of the file");
    type("Content of the file", file(owl));
    press("Show what it would do");
    await screen.findByRole("button", { name: "Import" });
    type("Content of the file", file(parrot));
    press("Show what it would do");
    await screen.findByText("There is nothing to import");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Import" }).disabled).toBe(true);
  });

  test("a fault in the file is told at its place", async () => {
    await open("/admin/backends?add=import");
    await screen.findByLabelText("Content of the file");
    type("Content of the file", file({ ...owl, port: 0 }));
    press("Show what it would do");
    await waitFor(() => expect(faults().getByRole("button").textContent).toMatch(/^Line \d+, backends\.0\.port$/));
    expect(document.activeElement).toBe(content());
    type("Content of the file", "owl: 1");
    press("Show what it would do");
    await waitFor(() => expect(faults().getByRole("listitem").textContent).toBe("Line 1 The file is no JSON object."));
  });
});
