"use client";

import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/components/ui/cn";

const itemClasses =
  "flex min-h-9 cursor-pointer select-none items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm outline-none data-[highlighted]:bg-accent data-[highlighted]:text-accent-foreground [&_svg]:size-4 [&_svg]:shrink-0";

/** Not modal and not moved to the end of the page: it stays in its landmark, and the page stays reachable. */
export function Menu(props: ComponentProps<typeof Radix.Root>) {
  return <Radix.Root modal={false} {...props} />;
}

export const MenuTrigger = Radix.Trigger;

export function MenuContent({ className, ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Content
      sideOffset={6}
      collisionPadding={12}
      className={cn("z-50 min-w-44 animate-fade rounded-lg border bg-popover p-1 text-popover-foreground shadow-lg", className)}
      {...props}
    />
  );
}

export function MenuItem({ isDanger = false, className, ...props }: ComponentProps<typeof Radix.Item> & { readonly isDanger?: boolean }) {
  return (
    <Radix.Item
      className={cn(
        itemClasses,
        isDanger && "text-destructive data-[highlighted]:bg-danger-surface data-[highlighted]:text-destructive",
        className,
      )}
      {...props}
    />
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="my-1 h-px bg-border" />;
}

export interface MenuChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: string; readonly icon: ReactNode }[];
}

export function MenuChoice({ label, value, onChange, options }: MenuChoiceProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <Radix.Label className="px-2.5 pb-1 pt-1.5 text-xs font-medium text-muted-foreground">{label}</Radix.Label>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={itemClasses} onSelect={(event) => event.preventDefault()}>
          {option.icon}
          <span className="flex-1">{option.label}</span>
          <Radix.ItemIndicator>
            <Check aria-hidden />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}
