import type { Metadata } from "next";
import { NetworkPage } from "@/features/admin-network/network-page";

export const metadata: Metadata = { title: "Network · Admin" };

export default function Page() {
  return <NetworkPage />;
}
