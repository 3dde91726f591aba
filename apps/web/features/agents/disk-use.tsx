import type { DiskUse as Use } from "@mosaic/contracts/agent";
import { sizeWords } from "@mosaic/contracts/disk-words";
import { cn } from "@/components/ui/cn";

const nearShare = 0.8;

/** What an agent keeps on the disk, of what it may. Near the limit it says so, not by its colour alone. */
export function DiskUse({ disk: { bytes, limitBytes } }: { readonly disk: Use }) {
  if (bytes === null) return <span className="text-muted-foreground">Not measured yet</span>;
  const isAbove = bytes > limitBytes;
  const isNear = bytes > limitBytes * nearShare;
  return (
    <span className={cn("tabular-nums", isAbove ? "text-destructive" : isNear ? "text-warning" : "")}>
      {sizeWords(bytes)} of {sizeWords(limitBytes)}
      {isAbove ? ", above the limit" : isNear ? ", nearly full" : ""}
    </span>
  );
}

/** The same as words among an agent's other facts; empty until it was measured. */
export const diskFact = ({ bytes, limitBytes }: Use): string =>
  bytes === null
    ? ""
    : ` · ${sizeWords(bytes)} of ${sizeWords(limitBytes)} on disk${bytes > limitBytes * nearShare ? ", nearly full" : ""}`;
