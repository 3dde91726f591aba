import type { DiskUse as Use } from "@mosaic/contracts/agent";
import { sizeWords } from "@mosaic/contracts/disk-words";
import { cn } from "@/components/ui/cn";
import { withDecimals } from "@/lib/count";
import { m } from "@messages/agents";

const nearShare = 0.8;
const sizeOf = (bytes: number): string => withDecimals(sizeWords(bytes));

/** What an agent keeps on the disk, of what it may. Near the limit it says so, not by its colour alone. */
export function DiskUse({ disk: { bytes, limitBytes } }: { readonly disk: Use }) {
  if (bytes === null) return <span className="text-muted-foreground">{m.notMeasuredYet}</span>;
  const isAbove = bytes > limitBytes;
  const isNear = bytes > limitBytes * nearShare;
  const used = m.usedOfLimit(sizeOf(bytes), sizeOf(limitBytes));
  return (
    <span className={cn("tabular-nums", isAbove ? "text-destructive" : isNear ? "text-warning" : "")}>
      {isAbove ? m.aboveTheLimit(used) : isNear ? m.nearlyFull(used) : used}
    </span>
  );
}

/** The same as words among an agent's other facts; empty until it was measured. */
export const diskFact = ({ bytes, limitBytes }: Use): string =>
  bytes === null ? "" : withWarning(m.ofOnDisk(sizeOf(bytes), sizeOf(limitBytes)), bytes > limitBytes * nearShare);

const withWarning = (used: string, isNear: boolean): string => (isNear ? m.nearlyFull(used) : used);
