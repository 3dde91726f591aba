import type { ContainerView } from "@mosaic/contracts/admin-containers";
import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { ContainersPage } from "@/features/admin-containers/containers-page";
import { adminState } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

const at = "2026-11-20T10:00:00.000Z";
const container = (over: Partial<ContainerView>): ContainerView => ({
  agentId: crypto.randomUUID(),
  agentName: "Ada",
  owner: { id: crypto.randomUUID(), username: "grace", displayName: "Grace Hopper" },
  backend: "openclaw",
  status: "running",
  since: at,
  lastActiveAt: null,
  errorCode: null,
  disk: { bytes: null, limitBytes: 5 * 1024 ** 3 },
  ...over,
});

test("a container is stopped after a question that says whose it is and that nothing is lost", async () => {
  const containers = [container({}), container({ agentName: "Warden", owner: null }), container({ agentName: "Old", status: "stopped" })];
  const { server } = await openPage(<ContainersPage />, { ...readyState(), admin: adminState({ containers }) }, "/admin/containers");
  await screen.findByText("2 running");
  expect(await screen.findAllByText("OpenClaw")).toHaveLength(3);
  expect(screen.getAllByRole("button", { name: /^Stop / })).toHaveLength(2);
  fireEvent.click(screen.getByRole("button", { name: "Stop Warden of System agent" }));
  const ofSystem = within(await screen.findByRole("alertdialog"));
  expect(ofSystem.getByText(/until an admin starts it/)).toBeDefined();
  fireEvent.click(ofSystem.getByRole("button", { name: "Cancel" }));
  fireEvent.click(screen.getByRole("button", { name: "Stop Ada of Grace Hopper" }));
  const dialog = within(await screen.findByRole("alertdialog", { name: "Stop Ada of Grace Hopper?" }));
  expect(dialog.getByText(/Nothing is lost/)).toBeDefined();
  fireEvent.click(dialog.getByRole("button", { name: "Stop container" }));
  await screen.findByText("Stopping");
  expect(server.state.admin.containers.map(({ status }) => status)).toEqual(["stopping", "running", "stopped"]);
});

const manyContainers = (): ContainerView[] =>
  ["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus"].map((agentName, index) =>
    container({ agentName, since: new Date(Date.parse(at) - index * 1000).toISOString(), status: index === 6 ? "error" : "running" }),
  );

const namesShown = async (): Promise<string[]> =>
  (await screen.findAllByRole("button", { name: /^Stop / })).map((button) => button.getAttribute("aria-label")?.split(" ")[1] ?? "");

const openContainers = (query: string, containers = manyContainers()) =>
  openPage(<ContainersPage />, { ...readyState(), admin: adminState({ containers }) }, `/admin/containers${query}`);
const placeOf = ({ since, agentId }: ContainerView): string => `${Date.parse(since)}.${agentId}`;

test("many containers come in pages, whose places are in the address", async () => {
  const containers = manyContainers();
  const page = await openContainers("", containers);
  await screen.findByText("6 running");
  expect(await namesShown()).toEqual(["Ada", "Bo", "Cy"]);
  expect(screen.getByRole("button", { name: "Previous page" })).toHaveProperty("disabled", true);
  fireEvent.click(screen.getByRole("button", { name: "Next page" }));
  expect(page.visits).toEqual([`/admin/containers?after=${containers.slice(2, 3).map(placeOf).join()}`]);
});

test("a page leads to the one before it", async () => {
  const containers = manyContainers();
  const page = await openContainers(`?after=${containers.slice(2, 3).map(placeOf).join()}`, containers);
  expect(await namesShown()).toEqual(["Di", "Ed", "Flo"]);
  fireEvent.click(screen.getByRole("button", { name: "Previous page" }));
  expect(page.visits).toEqual([`/admin/containers?before=${containers.slice(3, 4).map(placeOf).join()}`]);
});

test("a search begins at its first page", async () => {
  const containers = manyContainers();
  const page = await openContainers(`?after=${containers.slice(2, 3).map(placeOf).join()}`, containers);
  const search = await screen.findByRole("searchbox", { name: "Search containers" });
  fireEvent.change(search, { target: { value: "flo" } });
  fireEvent.keyDown(search, { key: "Enter" });
  expect(page.visits).toEqual(["/admin/containers?search=flo"]);
});

test("containers are found by name", async () => {
  await openContainers("?search=flo");
  expect(await namesShown()).toEqual(["Flo"]);
});

test("a search that finds nothing says so, and leads back to all", async () => {
  const page = await openContainers("?search=flo&status=error");
  await screen.findByText("No container fits this search and this state.");
  fireEvent.click(screen.getByRole("button", { name: "Show all containers" }));
  expect(page.visits).toEqual(["/admin/containers"]);
});

test("what an agent keeps on the disk is shown of its limit, and that it is near or above it in words", async () => {
  const gibibyte = 1024 ** 3;
  const keeping = (agentName: string, bytes: number | null) => container({ agentName, disk: { bytes, limitBytes: 5 * gibibyte } });
  await openContainers("", [keeping("Ada", null), keeping("Bo", 300 * 1024 ** 2), keeping("Cy", 4.5 * gibibyte)]);
  await screen.findByText("Not measured yet");
  expect(screen.getByText("300 MB of 5.0 GB")).toBeDefined();
  expect(screen.getByText("4.5 GB of 5.0 GB, nearly full")).toBeDefined();
});

test("an agent above its limit of disk is told as such", async () => {
  await openContainers("", [container({ status: "error", disk: { bytes: 6 * 1024 ** 3, limitBytes: 5 * 1024 ** 3 } })]);
  expect(await screen.findByText("6.0 GB of 5.0 GB, above the limit")).toBeDefined();
});
