import type { Metadata } from "next";
import { SignInPage } from "@/features/admin-oidc/sign-in-page";

export const metadata: Metadata = { title: "Sign-in · Admin" };

export default function Page() {
  return <SignInPage />;
}
