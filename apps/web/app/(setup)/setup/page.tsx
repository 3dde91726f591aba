import type { Metadata } from "next";
import { Toaster } from "@/components/page/toaster";
import { SetupPage } from "@/features/setup/setup-page";

export const metadata: Metadata = { title: "Set up" };

export default function Page() {
  return (
    <>
      <SetupPage />
      <Toaster />
    </>
  );
}
