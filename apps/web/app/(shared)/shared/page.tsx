import type { Metadata } from "next";
import { SharedCopyPage } from "@/features/shared-copy/shared-copy-page";

export const metadata: Metadata = { title: "Shared conversation" };

export default function Page() {
  return <SharedCopyPage />;
}
