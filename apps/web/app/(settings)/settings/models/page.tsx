import type { Metadata } from "next";
import { ModelsPage } from "@/features/models/models-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.models };

export default function Page() {
  return <ModelsPage />;
}
