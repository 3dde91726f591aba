"use client";

import { useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";

export interface CheckboxFieldProps {
  readonly label: string;
  readonly description: string;
  readonly isChecked: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

/** A checkbox with its label and what it means, tied together for everybody. */
export function CheckboxField({ label, description, isChecked, isDisabled = false, onChange }: CheckboxFieldProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <Checkbox
        id={id}
        className="mt-0.5"
        checked={isChecked}
        disabled={isDisabled}
        aria-describedby={`${id}-text`}
        onCheckedChange={(next) => onChange(next === true)}
      />
      <div className="grid gap-0.5">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        <p id={`${id}-text`} className="text-[0.8125rem] text-muted-foreground">
          {description}
        </p>
      </div>
    </div>
  );
}
