"use client";

import { toast } from "sonner";
import { describeError } from "@/lib/api";

/** For what has no form to show it in. */
export const toastProblem = (error: unknown): void => {
  const { title, detail } = describeError(error);
  toast.error(title, { description: detail });
};
