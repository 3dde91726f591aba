import type { Metadata } from "next";
import { ContainersPage } from "@/features/admin-containers/containers-page";

export const metadata: Metadata = { title: "Containers · Admin" };

export default function Page() {
  return <ContainersPage />;
}
