import type { NavGroup } from "@/components/page/section-nav";

export const settingsGroups: readonly NavGroup[] = [
  {
    title: "Assistant",
    pages: [
      { href: "/settings/agents", name: "Agents" },
      { href: "/settings/models", name: "Models" },
      { href: "/settings/providers", name: "Providers" },
    ],
  },
  {
    title: "Account",
    pages: [
      { href: "/settings/profile", name: "Profile" },
      { href: "/settings/notifications", name: "Notifications" },
      { href: "/settings/data", name: "Data" },
      { href: "/settings/sessions", name: "Sessions" },
      { href: "/settings/tokens", name: "Access tokens" },
    ],
  },
];
