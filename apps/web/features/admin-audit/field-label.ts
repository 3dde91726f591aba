import { m } from "@messages/admin-audit";

/** What the name of a field does not say by itself. */
const fieldWords: Readonly<Record<string, string>> = {
  agentId: m.agentId,
  allowed: m.entriesTitle,
  backend: m.backend,
  by: m.through,
  code: m.whatFailed,
  conversationId: m.conversationId,
  endedSessions: m.sessionsThatEnded,
  endedTokens: m.accessTokensThatEnded,
  expiresAt: m.ends,
  formerRole: m.roleBefore,
  inviteId: m.inviteId,
  isAllOthers: m.allOtherSessions,
  isBreakglass: m.breakglassAccount,
  isDisabled: m.disabled,
  isEnabled: m.enabled,
  isKeptRunning: m.keptRunning,
  isKnownName: m.theNameExists,
  isNewEmail: m.newEMailAddress,
  isOn: m.on,
  isShared: m.shared,
  limit: m.whatWasCounted,
  maxUses: m.howManyMayUseIt,
  oidc: m.singleSignOn,
  scopes: m.whatItMayDo,
  seconds: m.secondsUntilTheNextTry,
  why: m.why,
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
