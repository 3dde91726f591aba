import type { CreatedInvite } from "@mosaic/contracts/admin-users";
import { expect } from "vitest";
import type { TestApp } from "./test-app.js";
import { TestClient } from "./test-client.js";

export const memberPassword = "a fine long sentence";

export async function createInvite(app: TestApp, over: object = {}): Promise<CreatedInvite> {
  const answer = await (await app.admin()).post("/api/admin/invites", over);
  expect(answer.status).toBe(201);
  return answer.json<CreatedInvite>();
}

/** Somebody who came by invitation and has a password. */
export async function invitedMember(app: TestApp, username: string, over: object = {}): Promise<TestClient> {
  const { code } = await createInvite(app, over);
  const visitor = app.visitor();
  const answer = await visitor.post("/api/auth/sign-up", { username, password: memberPassword, inviteCode: code });
  expect(answer.status).toBe(201);
  return new TestClient(app.url, { cookie: visitor.cookie ?? "", userId: answer.json<{ id: string }>().id });
}
