import type { NavGroup } from "@/components/page/section-nav";
import { m } from "@messages/settings";

export const settingsGroups: readonly NavGroup[] = [
  {
    title: m.assistant,
    pages: [
      { href: "/settings/agents", name: m.agents },
      { href: "/settings/models", name: m.models },
      { href: "/settings/providers", name: m.providers },
    ],
  },
  {
    title: m.account,
    pages: [
      { href: "/settings/profile", name: m.profile },
      { href: "/settings/notifications", name: m.notifications },
      { href: "/settings/data", name: m.data },
      { href: "/settings/sessions", name: m.sessions },
      { href: "/settings/tokens", name: m.accessTokens },
    ],
  },
];
