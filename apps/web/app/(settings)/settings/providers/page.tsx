import type { Metadata } from "next";
import { ProvidersPage } from "@/features/providers/providers-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.providers };

export default function Page() {
  return <ProvidersPage />;
}
