import type { PasswordRule } from "@mosaic/contracts/identity";

export const m = {
  passwordRules: {
    length: "At least 12 characters",
    variety: "At least 5 different characters",
    name: "Does not contain the user name",
  } satisfies Record<PasswordRule, string>,
};
