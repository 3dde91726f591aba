import type { FieldFault } from "@mosaic/contracts/problem";
import { parseAllowedAddress } from "@mosaic/outbound/allowed-address";

/** The lines of an admin's list as they are understood, each once, and what is wrong with the others. */
export function readAllowedAddresses(written: readonly string[]): { entries: string[]; faults: FieldFault[] } {
  const entries = new Set<string>();
  const faults: FieldFault[] = [];
  for (const [index, line] of written.entries()) {
    const parsed = parseAllowedAddress(line);
    if (parsed.isValid) {
      entries.add(parsed.text);
    } else {
      faults.push({ path: `allowedAddresses.${index}`, message: parsed.fault });
    }
  }
  return { entries: [...entries], faults };
}
