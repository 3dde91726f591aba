/** The groups of actions as the filter offers them, and each action in words. What is missing here is shown as it is stored. */
export const actionGroups: readonly { readonly group: string; readonly label: string }[] = [
  { group: "auth", label: "Sign-in" },
  { group: "session", label: "Sessions" },
  { group: "token", label: "Access tokens" },
  { group: "profile", label: "Profiles" },
  { group: "password", label: "Passwords" },
  { group: "user", label: "Users" },
  { group: "invite", label: "Invites" },
  { group: "sign_up", label: "Sign-up setting" },
  { group: "oidc", label: "Single sign-on" },
  { group: "provider", label: "Providers" },
  { group: "sharing", label: "Sharing" },
  { group: "demo_model", label: "Demo model" },
  { group: "model_default", label: "Default models" },
  { group: "agent", label: "Agents" },
  { group: "system_agent", label: "System agents" },
  { group: "container", label: "Containers" },
  { group: "backend", label: "Backends" },
  { group: "outbound", label: "Network" },
  { group: "conversation", label: "Conversations" },
  { group: "message", label: "Messages" },
  { group: "onboarding", label: "Set-up" },
  { group: "key", label: "Encryption keys" },
];

const labels: Readonly<Record<string, string>> = {
  "auth.sign_in": "Signed in",
  "auth.sign_in_refused": "Sign-in refused",
  "auth.sign_out": "Signed out",
  "session.revoke": "Ended a session",
  "token.create": "Made an access token",
  "token.revoke": "Revoked an access token",
  "profile.update": "Changed their profile",
  "password.change": "Changed their password",
  "user.create": "Made an account",
  "user.update": "Changed an account",
  "user.role_not_told": "Kept a role that the sign-in server left open",
  "user.disable": "Disabled an account",
  "user.enable": "Enabled an account",
  "user.delete": "Deleted an account",
  "invite.create": "Made an invite",
  "invite.revoke": "Revoked an invite",
  "sign_up.update": "Changed who may sign up",
  "oidc.update": "Changed single sign-on",
  "oidc.delete": "Removed single sign-on",
  "provider.create": "Added a provider",
  "provider.update": "Changed a provider",
  "provider.delete": "Deleted a provider",
  "sharing.update": "Changed what is shared",
  "demo_model.update": "Switched the demo model on or off",
  "model_default.update": "Changed a default model",
  "agent.create": "Added an agent",
  "agent.update": "Changed an agent",
  "agent.delete": "Deleted an agent",
  "system_agent.create": "Added a system agent",
  "system_agent.update": "Changed a system agent",
  "system_agent.delete": "Deleted a system agent",
  "system_agent.start": "Started a system agent",
  "system_agent.stop": "Stopped a system agent",
  "system_agent.restart": "Restarted a system agent",
  "container.start": "Started a container",
  "container.stop": "Stopped a container",
  "container.restart": "Restarted a container",
  "backend.update": "Changed a backend",
  "outbound.update": "Changed the allowed addresses",
  "conversation.create": "Began a conversation",
  "conversation.rename": "Renamed a conversation",
  "conversation.delete": "Deleted a conversation",
  "message.send": "Sent a message",
  "key.rotate": "Changed the encryption key",
};

export const actionLabel = (action: string): string => {
  const known = labels[action];
  if (known !== undefined) return known;
  const words = action.replaceAll(/[._]/g, " ");
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

const fieldWords: Readonly<Record<string, string>> = { isDisabled: "Disabled", isEnabled: "Enabled", isShared: "Shared" };

/** `maxUses` → "Max uses". */
export const fieldLabel = (name: string): string => {
  const known = fieldWords[name];
  if (known !== undefined) return known;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};
