"use client";

import type { ReactNode } from "react";
import { Toaster } from "@/components/page/toaster";
import { Sidebar } from "@/features/chat/sidebar";
import { isReadHere } from "@/features/chat/turn-store";
import { Palette } from "@/features/palette/palette";
import { AppPartsProvider } from "@/features/shell/app-parts";

const parts = { Sidebar, Search: Palette, isReadHere };

/** Puts the chat's parts into the frame of every page behind the sign-in. */
export function FrameParts({ children }: { readonly children: ReactNode }) {
  return (
    <AppPartsProvider value={parts}>
      {children}
      <Toaster />
    </AppPartsProvider>
  );
}
