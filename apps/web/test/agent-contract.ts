import type { Provider } from "@mosaic/contracts/provider";
import { delay, patch, remove, type Call, type Routes } from "@/test/contract-call";
import { sampleAgent, sampleProvider } from "@/test/contract-state";

export const addProvider = ({ state, body }: Call): Provider => {
  const { apiKey, ...rest } = body;
  const added = sampleProvider({ ...(rest as Partial<Provider>), hasKey: typeof apiKey === "string" });
  state.providers.push(added);
  return added;
};

/** Agents, and the providers and backends that they are made with. */
export const agentRoutes: Routes = {
  "GET /api/runtime": ({ state }) => state.runtime,
  "GET /api/backends": ({ state }) => ({ backends: state.backends }),
  "GET /api/providers": ({ state }) => ({ providers: state.providers, shared: [], isDemoOffered: true, machineHost: null }),
  "POST /api/providers": addProvider,
  "POST /api/providers/test": async ({ state }) => {
    await delay(state.paceMs * 20);
    return state.testResult;
  },
  "PATCH /api/providers/:id": (call) => {
    const { apiKey, ...rest } = call.body;
    return patch(call.state.providers, { ...call, body: { ...rest, ...(apiKey === undefined ? {} : { hasKey: apiKey !== null }) } });
  },
  "DELETE /api/providers/:id": (call) => remove(call.state.providers, call),
  "GET /api/agents": ({ state }) => ({ agents: state.agents }),
  "POST /api/agents": ({ state, body }) => {
    const added = sampleAgent(body);
    state.agents.push(added);
    return added;
  },
  "POST /api/agents/first": ({ state }) => {
    const [existing] = state.agents;
    if (existing !== undefined || state.whyNoFirstAgent !== null) {
      return { agent: existing ?? null, reason: existing === undefined ? state.whyNoFirstAgent : null };
    }
    const made = sampleAgent({ name: "Juniper", emoji: "🦊", personality: "" });
    state.agents.push(made);
    return { agent: made, reason: null };
  },
  "PATCH /api/agents/:id": (call) => patch(call.state.agents, call),
  "DELETE /api/agents/:id": (call) => remove(call.state.agents, call),
  "POST /api/agents/:id/start": (call) => patch(call.state.agents, { ...call, body: { status: "running" } }),
  "POST /api/agents/:id/restart": (call) => patch(call.state.agents, { ...call, body: { status: "starting" } }),
  "GET /api/agents/:id/logs": ({ state }) => ({ lines: state.logs, isComplete: true }),
  "GET /api/agents/:id/deletion-summary": ({ state }) => state.loss,
  "POST /api/agents/:id/stop": (call) => patch(call.state.agents, { ...call, body: { status: "stopped" } }),
};
