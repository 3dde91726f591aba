"use client";

import { outboundSettings } from "@mosaic/contracts/admin-sharing";
import { useMutation } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { useMe } from "@/features/auth/session";
import { toastProblem } from "@/lib/toast-problem";
import { request } from "@/lib/api";
import { m } from "@messages/providers";

/** Allows exactly one host and port, and goes on with what was refused. */
const useAllow = (onAllowed: () => void) =>
  useMutation({
    mutationFn: async (entry: string) => {
      const { allowedAddresses } = await request(outboundSettings, "/api/admin/outbound");
      return request(outboundSettings, "/api/admin/outbound", {
        method: "PUT",
        body: { allowedAddresses: [...new Set([...allowedAddresses, entry])] },
      });
    },
    onSuccess: (_saved, entry) => {
      toast.success(m.isAllowed(entry), { description: m.youCanTakeItBack });
      onAllowed();
    },
    onError: toastProblem,
  });

/** For admins, beside a refused address. */
export function AllowAddress({ address, onAllowed }: { readonly address: string | null; readonly onAllowed: () => void }) {
  const isAdmin = useMe().data?.role === "admin";
  const allow = useAllow(onAllowed);
  if (address === null || !isAdmin) return null;
  return (
    <Button variant="secondary" size="sm" isBusy={allow.isPending} onClick={() => allow.mutate(address)}>
      <ShieldCheck aria-hidden />
      {m.allow(address)}
    </Button>
  );
}

/** Fills in the address by which agents reach the same server. An admin's press allows it too: the test of it is Mosaic's own call. */
export function UseAddress({ address, onUse }: { readonly address: string; readonly onUse: (address: string) => void }) {
  const isAdmin = useMe().data?.role === "admin";
  const allow = useAllow(() => onUse(address));
  return (
    <Button
      variant="secondary"
      size="sm"
      isBusy={allow.isPending}
      onClick={() => (isAdmin ? allow.mutate(entryOf(address)) : onUse(address))}
    >
      <ShieldCheck aria-hidden />
      {m.takeAddress(address)}
    </Button>
  );
}

const entryOf = (address: string): string => {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
};
