import type { Metadata } from "next";
import { ContainersPage } from "@/features/admin-containers/containers-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.containersAdmin };

export default function Page() {
  return <ContainersPage />;
}
