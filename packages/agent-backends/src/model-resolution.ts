import type { BackendId, ModelChoice } from "@mosaic/contracts/agent";

/** A default that a user, or the admin, has set. `backend: null` is the default for all backends. */
export interface ModelDefault {
  readonly backend: BackendId | null;
  readonly model: ModelChoice;
  readonly fallbacks: readonly ModelChoice[];
}

/** What must be known of a provider to decide on it. */
export interface ResolvableProvider {
  readonly id: string;
  readonly ownerId: string;
  /** False: switched off by its owner. */
  readonly isActive: boolean;
  /** Its owner has opened it to everybody. Counts only while they are an admin. */
  readonly isShared: boolean;
  /** Its owner is an admin who is not disabled. */
  readonly isAdmins: boolean;
}

export interface ModelResolutionInput<Provider extends ResolvableProvider> {
  /** `null`: a system agent, which has no user's defaults. */
  readonly userId: string | null;
  readonly backend: BackendId;
  /** The agent's own assignment. */
  readonly agent: { readonly model: ModelChoice | null; readonly fallbacks: readonly ModelChoice[] };
  readonly userDefaults: readonly ModelDefault[];
  readonly adminDefaults: readonly ModelDefault[];
  readonly providers: readonly Provider[];
}

export type ModelSource = "agent" | "user-backend" | "user-all" | "admin-backend" | "admin-all";

/** A provider is one piece, key and base URL together, so that no shared key is ever sent to another person's address. */
export interface ChosenModel<Provider extends ResolvableProvider> {
  readonly provider: Provider;
  readonly model: string;
}

export type ModelResolution<Provider extends ResolvableProvider> =
  | {
      readonly outcome: "resolved";
      readonly source: ModelSource;
      /** The first is the one in use, the others are its fallbacks. */
      readonly models: readonly [ChosenModel<Provider>, ...ChosenModel<Provider>[]];
    }
  | { readonly outcome: "none" };

/**
 * The model for one agent of one user, from the first tier that has a usable one: the agent's own assignment, the user's
 * default (for the backend, then for all), the admin's default (likewise) if its provider is shared. A tier whose provider
 * is gone or not the user's to use is passed over. Fallbacks come from the tier that was chosen: tiers are not mixed.
 */
export function resolveModel<Provider extends ResolvableProvider>(input: ModelResolutionInput<Provider>): ModelResolution<Provider> {
  for (const tier of tiersOf(input)) {
    const usable = input.providers.filter((provider) => mayUse(provider, tier.source, input.userId));
    const first = choose(tier.model, usable);
    if (!first) continue;
    const fallbacks = tier.fallbacks.map((choice) => choose(choice, usable)).filter((chosen) => chosen !== undefined);
    return { outcome: "resolved", source: tier.source, models: withoutRepeats(first, fallbacks) };
  }
  return { outcome: "none" };
}

interface Tier {
  readonly source: ModelSource;
  readonly model: ModelChoice;
  readonly fallbacks: readonly ModelChoice[];
}

function tiersOf(input: ModelResolutionInput<ResolvableProvider>): readonly Tier[] {
  const { agent, backend, userDefaults, adminDefaults } = input;
  const own: Tier[] = agent.model ? [{ source: "agent", model: agent.model, fallbacks: agent.fallbacks }] : [];
  return [
    ...own,
    ...defaultsFor(userDefaults, backend, "user-backend"),
    ...defaultsFor(userDefaults, null, "user-all"),
    ...defaultsFor(adminDefaults, backend, "admin-backend"),
    ...defaultsFor(adminDefaults, null, "admin-all"),
  ];
}

function defaultsFor(defaults: readonly ModelDefault[], backend: BackendId | null, source: ModelSource): readonly Tier[] {
  return defaults.filter((row) => row.backend === backend).map(({ model, fallbacks }) => ({ source, model, fallbacks }));
}

/** Whether everybody may use a provider now. */
export function isOpenToAll(provider: Omit<ResolvableProvider, "id" | "ownerId">): boolean {
  return provider.isActive && provider.isShared && provider.isAdmins;
}

/**
 * A user's own choice may name their own provider or one that is shared with everybody; the admin's default only a shared one. A system
 * agent runs on admins' keys, so its own choice may name any admin's.
 */
function mayUse(provider: ResolvableProvider, source: ModelSource, userId: string | null): boolean {
  const isAdminTier = source === "admin-backend" || source === "admin-all";
  const isOwn = userId === null ? provider.isAdmins : provider.ownerId === userId;
  return isOpenToAll(provider) || (!isAdminTier && provider.isActive && isOwn);
}

function choose<Provider extends ResolvableProvider>(
  choice: ModelChoice,
  providers: readonly Provider[],
): ChosenModel<Provider> | undefined {
  const provider = providers.find((candidate) => candidate.id === choice.providerId);
  return provider && { provider, model: choice.model };
}

function withoutRepeats<Provider extends ResolvableProvider>(
  first: ChosenModel<Provider>,
  others: readonly ChosenModel<Provider>[],
): readonly [ChosenModel<Provider>, ...ChosenModel<Provider>[]] {
  const isSame = (left: ChosenModel<Provider>, right: ChosenModel<Provider>): boolean =>
    left.provider.id === right.provider.id && left.model === right.model;
  const kept = others.filter((other, index) => !isSame(other, first) && others.findIndex((earlier) => isSame(earlier, other)) === index);
  return [first, ...kept];
}
