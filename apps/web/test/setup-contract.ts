import type { Agent } from "@mosaic/contracts/agent";
import type { AdminState } from "@/test/admin-contract";
import { addProvider } from "@/test/agent-contract";
import { delay, find, Refusal, type Call, type Routes } from "@/test/contract-call";
import { sampleAgent } from "@/test/contract-state";
import { me, user } from "@/test/session-contract";

const status = ({ state, hasToken }: Call) => ({
  isComplete: state.isComplete,
  step: state.step,
  hasSetupToken: hasToken,
  isSignedIn: state.isSignedIn,
  user: state.isSignedIn ? me(state) : null,
  areAgentsIsolated: state.isSignedIn ? state.runtime.isIsolated : null,
});

const oidcFields = ({ clientSecret: _never, ...rest }: Record<string, unknown>): Partial<AdminState["oidc"]> => ({
  ...rest,
  hasClientSecret: true,
});

/** The wizard. */
export const setupRoutes: Routes = {
  "GET /api/onboarding/status": status,
  "POST /api/onboarding/breakglass": ({ state, hasToken }) => {
    if (!hasToken) throw new Refusal("setup_token_required");
    state.isSignedIn = true;
    state.step = "oidc";
    return user;
  },
  "POST /api/onboarding/oidc": (call) => {
    const { admin } = call.state;
    if (call.body["skip"] !== true) admin.oidc = { ...admin.oidc, ...oidcFields(call.body), isConfigured: true };
    call.state.step = "provider";
    return status(call);
  },
  "POST /api/onboarding/provider": (call) => {
    call.state.providers.length = 0;
    const added = addProvider(call);
    if (call.state.step === "provider") call.state.step = "agents";
    return added;
  },
  "POST /api/onboarding/provider/test": async ({ state }) => {
    await delay(state.paceMs * 20);
    return state.testResult;
  },
  "GET /api/onboarding/options": ({ state }) => ({ runtimes: state.runtimes, suggested: state.runtime.kind, isRuntimeFixed: false }),
  "POST /api/onboarding/agents": ({ state, body }) => {
    const added = sampleAgent(body["agent"] as Partial<Agent>);
    state.agents.splice(0, 1, added);
    state.runtime = find(
      state.runtimes.map((option) => ({ id: option.kind, ...option })),
      String(body["runtime"]),
    );
    state.step = "summary";
    return added;
  },
  "GET /api/onboarding/health": async ({ state }) => {
    await delay(state.paceMs * 20);
    return {
      checks: [
        { id: "database", label: "Database", state: "ok", detail: "PostgreSQL 18.4 answers in 2 ms." },
        {
          id: "runtime",
          label: "Runtime",
          state: state.runtime.isIsolated ? "ok" : "warning",
          detail: state.runtime.isIsolated ? "Docker 29.1 answers." : "Plain processes: agents are not isolated from this machine.",
        },
        { id: "provider", label: "Provider", state: "ok", detail: "Z.ai answered in 0.4 s and has the model glm-4.6." },
        {
          id: "image",
          label: "Agent image",
          state: "failing",
          detail: "mosaic/openclaw:2026.9.6 is not there yet. It is built when the first agent starts, which takes about two minutes.",
        },
      ],
    };
  },
  "POST /api/onboarding/complete": (call) => {
    call.state.isComplete = true;
    return status(call);
  },
};
