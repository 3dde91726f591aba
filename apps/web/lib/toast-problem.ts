"use client";

import { toast, type ExternalToast } from "sonner";
import { describeError } from "@/lib/api";

/** For what has no form to show it in. Answers which notice it is. */
export const toastProblem = (error: unknown, options: Pick<ExternalToast, "action" | "duration"> = {}): string | number => {
  const { title, detail } = describeError(error);
  return toast.error(title, { description: detail, ...options });
};
