import type { Metadata } from "next";
import { TokensPage } from "@/features/account/tokens-page";

export const metadata: Metadata = { title: "Access tokens" };

export default function Page() {
  return <TokensPage />;
}
