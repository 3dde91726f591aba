import type { Metadata } from "next";
import { DataPage } from "@/features/data/data-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.data };

export default function Page() {
  return <DataPage />;
}
