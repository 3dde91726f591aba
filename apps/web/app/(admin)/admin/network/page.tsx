import type { Metadata } from "next";
import { NetworkPage } from "@/features/admin-network/network-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.networkAdmin };

export default function Page() {
  return <NetworkPage />;
}
