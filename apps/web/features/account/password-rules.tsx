import { passwordRules } from "@mosaic/contracts/identity";
import { Check, Circle } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { m } from "@messages/account";
import { m as rules } from "@messages/password-rules";

/** The rules of a new password, each marked as soon as it holds. */
export function PasswordRules({ id, password, username }: { readonly id?: string; readonly password: string; readonly username: string }) {
  return (
    <ul id={id} aria-label={m.passwordRules} className="grid gap-1 text-[0.8125rem]">
      {passwordRules.map((rule) => {
        const holds = password !== "" && rule.holds(password, username);
        const Icon = holds ? Check : Circle;
        return (
          <li key={rule.id} className={cn("flex items-center gap-2", holds ? "text-success" : "text-muted-foreground")}>
            <Icon aria-hidden className="size-3.5 shrink-0" />
            <span>
              {rules.passwordRules[rule.id]}
              <span className="sr-only">{holds ? m.fulfilled : m.notYetFulfilled}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

export const followsRules = (password: string, username: string): boolean => passwordRules.every((rule) => rule.holds(password, username));
