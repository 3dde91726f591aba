"use client";

import { toast } from "sonner";
import { describeError } from "@/lib/api";

/** For what has no form to show it in. */
export const toastProblem = (error: unknown): void => {
  const { title, detail } = describeError(error);
  toast.error(title, { description: detail });
};

/** As `toastProblem`, with what does it again; it stands until somebody has decided. Answers which notice it is. */
export const toastWithRetry = (error: unknown, retry: { readonly label: string; readonly onClick: () => void }): string | number => {
  const { title, detail } = describeError(error);
  return toast.error(title, { description: detail, action: retry, duration: Number.POSITIVE_INFINITY });
};
