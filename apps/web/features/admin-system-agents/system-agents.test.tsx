import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { SystemAgentsPage } from "@/features/admin-system-agents/system-agents-page";
import { openMenu, press, type } from "@/test/actions";
import { adminState } from "@/test/admin-contract";
import { readyState, sampleAgent } from "@/test/contract-state";
import { openPage } from "@/test/page";

const path = "/admin/system-agents";
const withAgent = (over: Parameters<typeof sampleAgent>[0] = {}) => {
  const agent = sampleAgent({ name: "Warden", idleTimeoutSeconds: 0, status: "running", ...over });
  return { agent, state: { ...readyState(), admin: adminState({ systemAgents: [agent] }) } };
};

test("a system agent is made without an idle timeout, since it is always on", async () => {
  const { server } = await openPage(<SystemAgentsPage />, readyState(), `${path}?edit=new`);
  await screen.findByRole("heading", { name: "Add a system agent" });
  expect(screen.queryByLabelText(/Stop when idle/)).toBeNull();
  type("Name", "Warden");
  press("Add system agent");
  await waitFor(() => expect(server.state.admin.systemAgents).toHaveLength(1));
  const sent = server.requests.find(({ line }) => line === "POST /api/admin/system-agents")?.body as object;
  expect(sent).toMatchObject({ backend: "openclaw", name: "Warden", model: { model: "glm-4.6" } });
  expect(Object.keys(sent)).not.toContain("idleTimeoutSeconds");
});

test("the page says that memory is shared, and what an agent waits for", async () => {
  await openPage(<SystemAgentsPage />, withAgent({ isRestartPending: true }).state, path);
  await screen.findByText("Admins share their memory");
  expect(await screen.findByText("OpenClaw · always on")).toBeDefined();
  expect(screen.getByText("Warden restarts when the answer in flight is finished, to apply a change.")).toBeDefined();
  expect(screen.getByRole("link", { name: "Chat with Warden" }).getAttribute("href")).toContain("/chat?agent=");
});

test("one is changed, restarted, stopped and started, and its logs are shown", async () => {
  const { agent, state } = withAgent();
  const { server, visits } = await openPage(<SystemAgentsPage />, state, path);
  fireEvent.click(await screen.findByRole("button", { name: "Edit Warden" }));
  expect(visits).toEqual([`${path}?edit=${agent.id}`]);
  await openMenu("More for Warden");
  fireEvent.click(await screen.findByRole("menuitem", { name: "Restart Warden" }));
  await screen.findByText("Starting");
  fireEvent.click(await screen.findByRole("button", { name: "Stop Warden" }));
  fireEvent.click(await screen.findByRole("button", { name: "Start Warden" }));
  await screen.findByRole("button", { name: "Stop Warden" });
  const posted = server.requests.filter(({ line }) => line.startsWith("POST")).map(({ line }) => line.split("/").at(-1));
  expect(posted).toEqual(["restart", "stop", "start"]);
  await openMenu("More for Warden");
  fireEvent.click(await screen.findByRole("menuitem", { name: "Recent logs" }));
  await waitFor(() => expect(screen.getByLabelText<HTMLTextAreaElement>("Log lines").value).toBe("[gateway] watching"));
});

test("one is deleted only after its name was typed, for every admin", async () => {
  const { server } = await openPage(<SystemAgentsPage />, withAgent().state, path);
  fireEvent.click(await screen.findByRole("button", { name: "Delete Warden" }));
  const dialog = within(await screen.findByRole("alertdialog", { name: "Delete the system agent “Warden”?" }));
  expect(dialog.getByText(/Every admin loses/)).toBeDefined();
  const confirm = dialog.getByRole<HTMLButtonElement>("button", { name: "Delete system agent" });
  expect(confirm.disabled).toBe(true);
  fireEvent.change(dialog.getByRole("textbox"), { target: { value: "Warden" } });
  fireEvent.click(confirm);
  await screen.findByText("No system agent yet");
  expect(server.state.admin.systemAgents).toHaveLength(0);
});
