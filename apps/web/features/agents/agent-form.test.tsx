import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { Button } from "@/components/ui/button";
import { AgentForm } from "@/features/agents/agent-form";
import { AgentsPage } from "@/features/agents/agents-page";
import { emptyAgent, firstKind, withKind, type AgentValues, type BackendChoice } from "@/features/agents/agent-values";
import { press, type } from "@/test/actions";
import { accountState } from "@/test/account-contract";
import { readyState, sampleAgent, sampleBackend, sampleProvider } from "@/test/contract-state";
import { openPage } from "@/test/page";
import { ApiProblem } from "@/lib/api";

const noTools = { files: false, web: false, shell: false, browser: false, sessions: false };
const two: readonly [BackendChoice, BackendChoice] = [
  sampleBackend({ defaultTools: { ...noTools, files: true } }),
  sampleBackend({
    id: "other",
    label: "Other",
    description: "Small and quick to wake.",
    defaultIdleTimeoutSeconds: 300,
    defaultTools: { ...noTools, shell: true },
    tools: ["files", "shell"],
  }),
];
const third = sampleBackend({ id: "parrot", label: "Parrot", description: "Repeats.", defaultTools: noTools, tools: [] });

const openForm = async (backends: readonly BackendChoice[], isNew: boolean) => {
  const providers = [sampleProvider()];
  const saved: AgentValues[] = [];
  const form = (
    <AgentForm
      initial={{ ...emptyAgent(providers, firstKind(backends)), name: "Ada" }}
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

const card = (name: string) => screen.getByRole<HTMLButtonElement>("radio", { name });
const describedBy = (element: HTMLElement): string =>
  (element.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.textContent ?? "")
    .join(" ");

test("of several kinds one is chosen, which gives the new agent its tools and idle time and keeps what was typed", async () => {
  const saved = await openForm(two, true);
  expect(screen.getByRole("radiogroup", { name: "Kind of agent" })).toBeDefined();
  expect(card("OpenClaw").getAttribute("aria-checked")).toBe("true");
  expect(describedBy(card("Other"))).toContain("Small and quick to wake.");
  expect([isOn("Files"), isOn("Shell")]).toEqual(["true", "false"]);
  type("Name", "Grace");
  type(/^Personality/, "Speaks little.");
  fireEvent.click(card("Other"));
  await waitFor(() => expect([isOn("Files"), isOn("Shell")]).toEqual(["false", "true"]));
  expect(screen.getByLabelText<HTMLInputElement>("Stop when idle for (minutes)").value).toBe("5");
  press("Save");
  await waitFor(() => expect(saved).toHaveLength(1));
  expect(saved[0]).toMatchObject({
    backend: "other",
    name: "Grace",
    personality: "Speaks little.",
    tools: two[1].defaultTools,
    idleTimeoutMinutes: "5",
  });
});

test("what somebody set themselves stays when they choose another kind", () => {
  const values = { ...emptyAgent([], two[0]), idleTimeoutMinutes: "77" };
  const typed = { ...values, tools: { ...values.tools, web: true } };
  expect(withKind(typed, two[0], two[1])).toMatchObject({
    backend: "other",
    idleTimeoutMinutes: "77",
    tools: { ...noTools, web: true, shell: true },
  });
});

test("a kind that can't run here is not chosen, says why, and is not what a new agent begins with", async () => {
  const reason = "OpenClaw comes as an image, and agents run as processes here. It needs Docker.";
  const saved = await openForm([{ ...two[0], unavailable: reason }, two[1]], true);
  expect(card("OpenClaw").disabled).toBe(true);
  expect(describedBy(card("OpenClaw"))).toContain(reason);
  expect(card("Other").getAttribute("aria-checked")).toBe("true");
  fireEvent.click(card("OpenClaw"));
  press("Save");
  await waitFor(() => expect(saved).toMatchObject([{ backend: "other" }]));
});

test("only the tools of the kind can be switched, and one without says that its agents bring their own", async () => {
  await openForm([...two, third], true);
  expect(screen.getAllByRole("switch")).toHaveLength(5);
  fireEvent.click(card("Other"));
  await waitFor(() => expect(screen.getAllByRole("switch").map((one) => one.id.split("-").at(-1))).toEqual(["files", "shell"]));
  fireEvent.click(card("Parrot"));
  await screen.findByText("Agents of this kind bring their own tools. There is nothing to switch here.");
  expect(screen.queryByRole("switch")).toBeNull();
});

test("an agent keeps its kind", async () => {
  await openForm(two, false);
  expect(screen.getByText("Kind of agent").parentElement?.textContent).toContain("OpenClaw");
  expect(screen.getByText("An agent keeps its kind.")).toBeDefined();
  expect(screen.queryByRole("radio")).toBeNull();
});

test("a kind that the API refuses is told beside the kinds, which take the focus", async () => {
  const fault = { path: "backend", message: 'Agents of the kind "openclaw" are not offered here. Choose another kind.' };
  const problem = { type: "about:blank", title: "Refused", status: 400, code: "invalid_input" as const, errors: [fault] };
  const form = (
    <AgentForm
      initial={{ ...emptyAgent([], two[0]), name: "Ada" }}
      providers={[]}
      backends={two}
      isNew
      others={[]}
      onDirty={() => undefined}
      onSave={() => Promise.reject(new ApiProblem(problem))}
      renderActions={() => <Button type="submit">Save</Button>}
    />
  );
  await openPage(form, readyState());
  press("Save");
  await screen.findByText(fault.message);
  const group = screen.getByRole("radiogroup", { name: "Kind of agent" });
  expect(describedBy(group)).toContain(fault.message);
  expect(group.contains(document.activeElement)).toBe(true);
});

test("where no kind is offered, it says whom to ask", async () => {
  await openForm([], true);
  expect(screen.getByText("No kind of agent is offered here")).toBeDefined();
});

const single = [{ ...two[0], label: "OpenClaw LTS", defaultIdleTimeoutSeconds: 7200 }];

test("a single kind is named, and its own defaults are what a new agent begins with", async () => {
  const { server } = await openPage(<AgentsPage />, { ...readyState(), agents: [], backends: single }, "/settings/agents?edit=new");
  await screen.findByText("OpenClaw LTS");
  expect(screen.queryByRole("radio")).toBeNull();
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

test("each agent in the list is named with its kind", async () => {
  await openPage(<AgentsPage />, { ...readyState(), agents: [sampleAgent()], backends: single }, "/settings/agents");
  expect(await screen.findByText(/^OpenClaw LTS · Stops after/)).toBeDefined();
});
