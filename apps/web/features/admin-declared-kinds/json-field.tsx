"use client";

import { CircleAlert } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode, type RefObject } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import type { JsonFault } from "@/features/admin-declared-kinds/json-faults";
import { said } from "@/lib/said";
import { m } from "@messages/admin-declared-kinds";

export interface JsonFieldProps {
  readonly label: string;
  readonly hint: ReactNode;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Whenever there are new ones, the first is gone to. */
  readonly faults: readonly JsonFault[];
  readonly fieldRef?: RefObject<HTMLTextAreaElement | null>;
  readonly rows?: number;
}

/** A text of JSON, and what is wrong with it: where, and in words. */
export function JsonField({ label, hint, value, onChange, faults, fieldRef, rows = 24 }: JsonFieldProps) {
  const id = useId();
  const own = useRef<HTMLTextAreaElement>(null);
  const area = fieldRef ?? own;
  useEffect(() => {
    if (faults[0] !== undefined) showPlace(area.current, faults[0]);
  }, [faults, area]);
  return (
    <div className="grid gap-2">
      <Field label={label} hint={hint}>
        {(control) => (
          <Textarea
            {...control}
            {...(faults.length === 0 ? {} : { "aria-invalid": true })}
            aria-describedby={[control["aria-describedby"], faults.length === 0 ? undefined : `${id}-faults`].filter(Boolean).join(" ")}
            ref={area}
            dir="ltr"
            rows={rows}
            wrap="off"
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            className="overflow-x-auto font-mono text-[0.8125rem] leading-[1.6] sm:text-[0.8125rem]"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {faults.length === 0 ? null : (
        <ul id={`${id}-faults`} role="alert" aria-label={m.faults} className="grid gap-1 text-[0.8125rem] leading-snug text-destructive">
          {faults.map((fault) => (
            <li key={`${fault.path} ${fault.message}`} className="flex items-start gap-1.5">
              <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
              <span className="min-w-0 break-words">
                <Button
                  variant="link"
                  size="inline"
                  className="whitespace-normal break-all text-start text-[0.8125rem] text-destructive"
                  onClick={() => showPlace(area.current, fault)}
                >
                  {fault.path === "" ? m.line(fault.line) : m.lineAndField(fault.line, fault.path)}
                </Button>{" "}
                {said(fault.message)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Selecting alone does not scroll there in every browser. */
const showPlace = (area: HTMLTextAreaElement | null, { start, end, line }: JsonFault): void => {
  if (area === null) return;
  area.focus();
  area.setSelectionRange(start, end);
  const lineHeight = Number.parseFloat(getComputedStyle(area).lineHeight);
  if (Number.isFinite(lineHeight)) area.scrollTop = Math.max(0, (line - 4) * lineHeight);
  area.scrollLeft = 0;
};
