import { Refusal, type Routes } from "@/test/contract-call";
import type { ContractState } from "@/test/contract-state";

export const user = {
  id: "0199c0de-0000-7000-8000-000000000001",
  username: "admin",
  displayName: "admin",
  role: "admin",
  isBreakglass: true,
  language: null,
};

export const me = (state: ContractState) => ({ ...user, role: state.role, isBreakglass: state.role === "admin" });

/** Coming in and going out. */
export const sessionRoutes: Routes = {
  "POST /api/auth/login": ({ state, body }) => {
    if (body["password"] !== "correct horse battery") throw new Refusal("wrong_credentials");
    state.isSignedIn = true;
    return user;
  },
  "POST /api/auth/logout": ({ state }) => {
    state.isSignedIn = false;
  },
  "GET /api/auth/options": ({ state }) => ({ signUp: state.admin.signUpMode, oidc: null }),
  "POST /api/auth/sign-up": ({ state, body }) => {
    if (state.admin.signUpMode === "closed") throw new Refusal("forbidden");
    state.isSignedIn = true;
    return { ...user, username: String(body["username"]), role: "member", isBreakglass: false };
  },
  "GET /api/auth/me": ({ state }) => me(state),
};
