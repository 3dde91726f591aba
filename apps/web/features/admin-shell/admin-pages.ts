import type { NavGroup } from "@/components/page/section-nav";

export const adminGroups: readonly NavGroup[] = [
  {
    title: "People",
    pages: [
      { href: "/admin/users", name: "Users" },
      { href: "/admin/invites", name: "Invites" },
      { href: "/admin/sign-in", name: "Sign-in" },
    ],
  },
  {
    title: "Assistants",
    pages: [
      { href: "/admin/shared-providers", name: "Shared providers" },
      { href: "/admin/system-agents", name: "System agents" },
    ],
  },
  {
    title: "Machine room",
    pages: [
      { href: "/admin/backends", name: "Backends" },
      { href: "/admin/containers", name: "Containers" },
      { href: "/admin/network", name: "Network" },
    ],
  },
  {
    title: "Oversight",
    pages: [
      { href: "/admin/audit", name: "Audit" },
      { href: "/admin/health", name: "Health" },
    ],
  },
];
