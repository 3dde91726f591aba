import { keptChoice } from "@/lib/kept-choice";

/** Whether one key alone does something: a choice for this browser, as its keyboard is. */
export const singleKeys = keptChoice("single-keys", true);
