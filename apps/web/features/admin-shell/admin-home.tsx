"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** A static export has no redirects. */
export function AdminHome() {
  const router = useRouter();
  useEffect(() => router.replace("/admin/users"), [router]);
  return null;
}
