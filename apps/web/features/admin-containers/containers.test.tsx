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
