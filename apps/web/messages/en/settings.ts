export const m = {
  assistant: "Assistant",
  agents: "Agents",
  models: "Models",
  providers: "Providers",
  account: "Account",
  profile: "Profile",
  sessions: "Sessions",
  accessTokens: "Access tokens",
  settings: "Settings",
  admin: "Admin",
  data: "Data",
  notifications: "Notifications",
};
