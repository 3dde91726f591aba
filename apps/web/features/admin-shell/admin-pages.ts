import type { NavGroup } from "@/components/page/section-nav";
import { m } from "@messages/admin-shell";

export const adminGroups: readonly NavGroup[] = [
  {
    title: m.people,
    pages: [
      { href: "/admin/users", name: m.users },
      { href: "/admin/invites", name: m.invites },
      { href: "/admin/sign-in", name: m.signIn },
    ],
  },
  {
    title: m.assistants,
    pages: [
      { href: "/admin/shared-providers", name: m.sharedProviders },
      { href: "/admin/system-agents", name: m.systemAgents },
    ],
  },
  {
    title: m.machineRoom,
    pages: [
      { href: "/admin/backends", name: m.backends },
      { href: "/admin/containers", name: m.containers },
      { href: "/admin/network", name: m.network },
    ],
  },
  {
    title: m.oversight,
    pages: [
      { href: "/admin/audit", name: m.audit },
      { href: "/admin/health", name: m.health },
    ],
  },
];
