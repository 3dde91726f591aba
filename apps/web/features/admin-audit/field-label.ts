/** What the name of a field does not say by itself. */
const fieldWords: Readonly<Record<string, string>> = {
  agentId: "Agent (id)",
  allowed: "Entries",
  backend: "Backend",
  by: "Through",
  code: "What failed",
  conversationId: "Conversation (id)",
  endedSessions: "Sessions that ended",
  endedTokens: "Access tokens that ended",
  expiresAt: "Ends",
  formerRole: "Role before",
  inviteId: "Invite (id)",
  isAllOthers: "All other sessions",
  isBreakglass: "Breakglass account",
  isDisabled: "Disabled",
  isEnabled: "Enabled",
  isKeptRunning: "Kept running",
  isKnownName: "The name exists",
  isNewEmail: "New e-mail address",
  isOn: "On",
  isShared: "Shared",
  limit: "What was counted",
  maxUses: "How many may use it",
  oidc: "Single sign-on",
  scopes: "What it may do",
  seconds: "Seconds until the next try",
  why: "Why",
};

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
