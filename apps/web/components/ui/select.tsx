"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { fieldClasses } from "@/components/ui/input";

export interface SelectGroup {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string; readonly isDisabled?: boolean }[];
}

export interface SelectProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly groups: readonly SelectGroup[];
  readonly placeholder?: string;
  readonly isDisabled?: boolean;
  readonly className?: string;
  readonly id?: string;
  readonly "aria-label"?: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
  readonly icon?: ReactNode;
}

export function Select({ value, onChange, groups, placeholder, isDisabled = false, className, icon, ...trigger }: SelectProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} disabled={isDisabled}>
      <Radix.Trigger
        {...trigger}
        className={cn(fieldClasses, "flex h-10 items-center gap-2 text-start data-[placeholder]:text-muted-foreground", className)}
      >
        {icon}
        <span className="min-w-0 flex-1 truncate">
          <Radix.Value placeholder={placeholder} />
        </span>
        <Radix.Icon asChild>
          <ChevronDown aria-hidden className="size-4 text-muted-foreground" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-(--radix-select-content-available-height) w-(--radix-select-trigger-width) min-w-48 animate-fade overflow-hidden rounded-lg border bg-popover text-popover-foreground shadow-lg"
        >
          <Radix.Viewport className="p-1">
            {groups.map((group) => (
              <Radix.Group key={group.label}>
                {group.label ? (
                  <Radix.Label className="px-2 pb-1 pt-2 text-xs font-medium text-muted-foreground">{group.label}</Radix.Label>
                ) : null}
                {group.options.map((option) => (
                  <SelectOption key={option.value} {...option} />
                ))}
              </Radix.Group>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function SelectOption({ value, label, isDisabled = false }: SelectGroup["options"][number]) {
  return (
    <Radix.Item
      value={value}
      disabled={isDisabled}
      className="relative flex min-h-9 select-none items-center rounded-md py-1.5 ps-2 pe-8 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-accent data-[highlighted]:text-accent-foreground"
    >
      <Radix.ItemText>{label}</Radix.ItemText>
      <Radix.ItemIndicator className="absolute inset-e-2">
        <Check aria-hidden className="size-4" />
      </Radix.ItemIndicator>
    </Radix.Item>
  );
}
