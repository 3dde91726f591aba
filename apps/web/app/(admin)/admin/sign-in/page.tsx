import type { Metadata } from "next";
import { SignInPage } from "@/features/admin-oidc/sign-in-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.signInAdmin };

export default function Page() {
  return <SignInPage />;
}
