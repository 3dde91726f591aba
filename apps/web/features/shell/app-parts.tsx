"use client";

import { createContext, use, type ComponentType } from "react";
import type { IsReadHere } from "@/features/shell/live-events";

/** What the frame takes of the features that stand in it: it knows none of them. */
export interface AppParts {
  readonly Sidebar: ComponentType<{ readonly onNavigate?: () => void }>;
  /** Stands beside the page, and opens over it. */
  readonly Search: ComponentType;
  readonly isReadHere: IsReadHere;
}

const context = createContext<AppParts | null>(null);

export const AppPartsProvider = context.Provider;

export const useAppParts = (): AppParts => {
  const parts = use(context);
  if (parts === null) throw new Error("The frame stands in no AppPartsProvider.");
  return parts;
};
