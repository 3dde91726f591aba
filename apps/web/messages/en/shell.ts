export const m = {
  sidebar: "Sidebar",
  openSidebar: "Open sidebar",
  mosaicCantBeReachedTrying: "Mosaic can't be reached. Trying again…",
  youAreOfflineWhatYou: "You are offline. What you write is kept, and can be sent once you are back.",
  youAreStillSignedIn: "You are still signed in",
  accountAndSettingsOf: "Account and settings of",
  agents: "Agents",
  providers: "Providers",
  settings: "Settings",
  admin: "Admin",
  signOut: "Sign out",
};
