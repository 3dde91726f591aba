import type { Metadata } from "next";
import { Toaster } from "@/components/page/toaster";
import { SetupPage } from "@/features/setup/setup-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.setUp };

export default function Page() {
  return (
    <>
      <SetupPage />
      <Toaster />
    </>
  );
}
