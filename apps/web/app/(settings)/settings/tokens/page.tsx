import type { Metadata } from "next";
import { TokensPage } from "@/features/account/tokens-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.accessTokens };

export default function Page() {
  return <TokensPage />;
}
