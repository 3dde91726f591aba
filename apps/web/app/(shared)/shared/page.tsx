import type { Metadata } from "next";
import { SharedCopyPage } from "@/features/shared-copy/shared-copy-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.sharedConversation };

export default function Page() {
  return <SharedCopyPage />;
}
