import type { BackendId } from "@mosaic/contracts/agent";
import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { Button } from "@/components/ui/button";
import { AgentForm } from "@/features/agents/agent-form";
import { AgentsPage } from "@/features/agents/agents-page";
import { emptyAgent, type AgentValues, type BackendChoice } from "@/features/agents/agent-values";
import { choose, press, type } from "@/test/actions";
import { accountState } from "@/test/account-contract";
import { readyState, sampleAgent, sampleProvider } from "@/test/contract-state";
import { openPage } from "@/test/page";

const noTools = { files: false, web: false, shell: false, browser: false, sessions: false };
/** The second is one that there is not yet. */
const two: readonly [BackendChoice, BackendChoice] = [
  { id: "openclaw", label: "OpenClaw", defaultIdleTimeoutSeconds: 1800, defaultTools: { ...noTools, files: true } },
  { id: "other" as BackendId, label: "Other", defaultIdleTimeoutSeconds: 300, defaultTools: { ...noTools, shell: true } },
];

const openForm = async (backends: readonly BackendChoice[], isNew: boolean) => {
  const providers = [sampleProvider()];
  const saved: AgentValues[] = [];
  const form = (
    <AgentForm
      initial={{ ...emptyAgent(providers, backends[0]), name: "Ada" }}
      providers={providers}
      backends={backends}
      isNew={isNew}
      others={[]}
      onDirty={() => undefined}
      onSave={async (values) => void saved.push(values)}
      renderActions={() => <Button type="submit">Save</Button>}
    />
  );
  await openPage(form, readyState());
  return saved;
};

const isOn = (tool: string): string | null => screen.getByRole("switch", { name: tool }).getAttribute("aria-checked");

test("of several backends one is chosen, and gives the new agent its tools and idle time", async () => {
  const saved = await openForm(two, true);
  expect([isOn("Files"), isOn("Shell")]).toEqual(["true", "false"]);
  await choose("Backend", "Other");
  await waitFor(() => expect([isOn("Files"), isOn("Shell")]).toEqual(["false", "true"]));
  expect(screen.getByLabelText<HTMLInputElement>("Stop when idle for (minutes)").value).toBe("5");
  press("Save");
  await waitFor(() => expect(saved).toMatchObject([{ backend: "other", tools: two[1].defaultTools, idleTimeoutMinutes: "5" }]));
});

test("an agent keeps its backend", async () => {
  await openForm(two, false);
  expect(screen.getByRole<HTMLButtonElement>("combobox", { name: "Backend" }).disabled).toBe(true);
});

const single = [{ ...two[0], label: "OpenClaw LTS", defaultIdleTimeoutSeconds: 7200 }];

test("a single backend is named, and its own defaults are what a new agent begins with", async () => {
  const { server } = await openPage(<AgentsPage />, { ...readyState(), agents: [], backends: single }, "/settings/agents?edit=new");
  await screen.findByText("OpenClaw LTS");
  expect(screen.queryByRole("combobox", { name: "Backend" })).toBeNull();
  type("Name", "Grace");
  press("Add agent");
  await waitFor(() => expect(server.state.agents).toHaveLength(1));
  expect(server.state.agents[0]).toMatchObject({ backend: "openclaw", idleTimeoutSeconds: 7200, tools: two[0].defaultTools });
});

test("a new agent follows one's default, with its fallbacks, and has no copy of it", async () => {
  const provider = sampleProvider({ models: [{ id: "first" }, { id: "second" }] });
  const effective = { source: "user-all" as const, providerId: provider.id, providerName: provider.name, isShared: false, model: "second" };
  const defaults = [{ backend: null, model: { providerId: provider.id, model: "second" }, fallbacks: [], effective }];
  const state = { ...readyState(), agents: [], backends: single, providers: [provider], account: accountState({ defaults }) };
  const { server } = await openPage(<AgentsPage />, state, "/settings/agents?edit=new");
  await screen.findByText(/uses the default under Models/);
  type("Name", "Grace");
  press("Add agent");
  await waitFor(() => expect(server.state.agents).toHaveLength(1));
  expect(server.state.agents[0]).toMatchObject({ model: null, fallbacks: [] });
});

test("each agent in the list is named with its backend", async () => {
  await openPage(<AgentsPage />, { ...readyState(), agents: [sampleAgent()], backends: single }, "/settings/agents");
  expect(await screen.findByText(/^OpenClaw LTS · Stops after/)).toBeDefined();
});
