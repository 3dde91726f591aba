export const queryKeys = {
  onboarding: ["onboarding"],
  onboardingOptions: ["onboarding", "options"],
  onboardingHealth: ["onboarding", "health"],
  me: ["me"],
  runtime: ["runtime"],
  providers: ["providers"],
  agents: ["agents"],
  conversations: ["conversations"],
  conversation: (id: string) => ["conversation", id],
} as const;
