/**
 * Every action that the audit records, each in words. Whoever records one is typed by this list, so a new action has its words, and its
 * group has a name in the filter, before anything compiles.
 */
const labels = {
  "access.refuse": "Refused access",
  "agent.create": "Added an agent",
  "agent.delete": "Deleted an agent",
  "agent.update": "Changed an agent",
  "auth.sign_in": "Signed in",
  "auth.sign_in_refused": "Sign-in refused",
  "auth.sign_out": "Signed out",
  "auth.sign_up_refused": "Sign-up refused",
  "auth.throttled": "Slowed down failed sign-ins",
  "backend.declare": "Declared a kind of agent",
  "backend.delete": "Removed a kind of agent",
  "backend.update": "Changed a backend",
  "backup.restore": "Restored a backup",
  "container.fail": "Container failed",
  "container.start": "Started a container",
  "container.stop": "Stopped a container",
  "conversation.continue": "Went on with a shared conversation",
  "conversation.create": "Began a conversation",
  "conversation.delete": "Deleted a conversation",
  "conversation.list": "Put a conversation into the list",
  "conversation.move": "Moved a conversation to another folder",
  "conversation.import": "Imported a conversation",
  "conversation.rename": "Renamed a conversation",
  "conversation.tell": "Told a conversation of earlier messages",
  "conversation.restore": "Restored a deleted conversation",
  "conversation.share": "Shared a conversation",
  "conversation.unshare": "Stopped sharing a conversation",
  "conversation.update": "Pinned or archived a conversation",
  "demo_model.update": "Switched the demo model on or off",
  "file.delete": "Removed a file before sending it",
  "file.set_quota": "Changed how much people may keep in files",
  "file.upload": "Uploaded a file",
  "folder.create": "Made a folder",
  "folder.delete": "Deleted a folder",
  "folder.update": "Changed a folder",
  "invite.create": "Made an invite",
  "invite.revoke": "Revoked an invite",
  "key.rotate": "Changed the encryption key",
  "message.send": "Sent a message",
  "message.stop": "Stopped an answer",
  "message.wait": "Wrote a message that waits for an answer",
  "message.answer_again": "Asked for another answer",
  "message.show_version": "Looked at another version of a message",
  "message.take_back": "Took back a waiting message",
  "message.send_next": "Moved a waiting message to the front",
  "model_default.update": "Changed a default model",
  "oidc.delete": "Removed single sign-on",
  "oidc.update": "Changed single sign-on",
  "onboarding.complete": "Finished the set-up",
  "onboarding.skip": "Skipped a step of the set-up",
  "outbound.update": "Changed the allowed addresses",
  "password.change": "Changed their password",
  "password.reset": "Reset a password",
  "profile.update": "Changed their profile",
  "provider.create": "Added a provider",
  "provider.delete": "Deleted a provider",
  "provider.update": "Changed a provider",
  "push.disable": "Turned notifications off on a device",
  "push.enable": "Turned notifications on on a device",
  "runtime.choose": "Chose where agents run",
  "session.revoke": "Ended a session",
  "share_links.update": "Switched links of conversations on or off",
  "sharing.update": "Changed what is shared",
  "sign_up.update": "Changed who may sign up",
  "system_agent.create": "Added a system agent",
  "system_agent.delete": "Deleted a system agent",
  "system_agent.update": "Changed a system agent",
  "token.create": "Made an access token",
  "token.revoke": "Revoked an access token",
  "user.create": "Made an account",
  "user.delete": "Deleted an account",
  "user.disable": "Disabled an account",
  "user.enable": "Enabled an account",
  "user.role_not_told": "Kept a role because the sign-in server did not name one",
  "user.update": "Changed an account",
} as const satisfies Readonly<Record<`${string}.${string}`, string>>;

export type AuditAction = keyof typeof labels;

type GroupOf<Action> = Action extends `${infer Group}.${string}` ? Group : never;
/** What comes before the point. */
export type AuditGroup = GroupOf<AuditAction>;

/** In the order in which the filter offers them. */
const groupLabels = {
  auth: "Sign-in",
  access: "Refused access",
  session: "Sessions",
  token: "Access tokens",
  profile: "Profiles",
  push: "Notifications",
  password: "Passwords",
  user: "Users",
  invite: "Invites",
  sign_up: "Sign-up setting",
  oidc: "Single sign-on",
  provider: "Providers",
  sharing: "Sharing",
  share_links: "Links of conversations",
  demo_model: "Demo model",
  model_default: "Default models",
  agent: "Agents",
  system_agent: "System agents",
  container: "Containers",
  backend: "Backends",
  runtime: "Where agents run",
  outbound: "Network",
  conversation: "Conversations",
  folder: "Folders",
  message: "Messages",
  file: "Files",
  onboarding: "Set-up",
  key: "Encryption keys",
  backup: "Backups",
} as const satisfies Readonly<Record<AuditGroup, string>>;

export const auditActionLabels: Readonly<Record<AuditAction, string>> = labels;
export const auditGroupLabels: Readonly<Record<AuditGroup, string>> = groupLabels;

export function isAuditAction(text: string): text is AuditAction {
  return Object.hasOwn(labels, text);
}

export function isAuditGroup(text: string): text is AuditGroup {
  return Object.hasOwn(groupLabels, text);
}

/** In words. A row of another version may have an action that this one does not know: its own words are shown. */
export function auditActionWords(action: string): string {
  if (isAuditAction(action)) return labels[action];
  const words = action.replaceAll(/[._]/g, " ");
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
