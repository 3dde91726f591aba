"use client";

import { outboundSettings } from "@mosaic/contracts/admin-sharing";
import { useMutation } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { useMe } from "@/features/auth/session";
import { toastProblem } from "@/lib/toast-problem";
import { request } from "@/lib/api";

/** For admins, beside a refused address: allows exactly this host and port, and goes on with what was refused. */
export function AllowAddress({ address, onAllowed }: { readonly address: string | null; readonly onAllowed: () => void }) {
  const isAdmin = useMe().data?.role === "admin";
  const allow = useMutation({
    mutationFn: async (entry: string) => {
      const { allowedAddresses } = await request(outboundSettings, "/api/admin/outbound");
      return request(outboundSettings, "/api/admin/outbound", {
        method: "PUT",
        body: { allowedAddresses: [...new Set([...allowedAddresses, entry])] },
      });
    },
    onSuccess: (_saved, entry) => {
      toast.success(`${entry} is allowed`, { description: "You can take it back under Admin → Network." });
      onAllowed();
    },
    onError: toastProblem,
  });
  if (address === null || !isAdmin) return null;
  return (
    <Button variant="secondary" size="sm" isBusy={allow.isPending} onClick={() => allow.mutate(address)}>
      <ShieldCheck aria-hidden />
      Allow {address}
    </Button>
  );
}
