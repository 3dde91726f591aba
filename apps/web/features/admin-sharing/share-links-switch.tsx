"use client";

import { shareLinkSettings } from "@mosaic/contracts/shares";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { toast } from "sonner";
import { Loaded } from "@/components/page/load-state";
import { Switch } from "@/components/ui/switch";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-sharing";

const path = "/api/admin/share-links";
const queryKey = queryKeys.admin("share-links");

export function ShareLinksSection() {
  const links = useQuery({ queryKey, queryFn: async ({ signal }) => (await request(shareLinkSettings, path, { signal })).isOn });
  return (
    <section aria-labelledby="share-links" className="grid gap-3">
      <h3 id="share-links" className="font-medium">
        {m.linksOfConversations}
      </h3>
      <Loaded query={links}>{(isOn) => <ShareLinksSwitch isOn={isOn} />}</Loaded>
    </section>
  );
}

function ShareLinksSwitch({ isOn }: { readonly isOn: boolean }) {
  const id = useId();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (next: boolean) => request(shareLinkSettings, path, { method: "PUT", body: { isOn: next } }),
    onSuccess: (saved) => {
      client.setQueryData(queryKey, saved.isOn);
      toast.success(saved.isOn ? m.conversationsMayBeSharedBy : m.linksAreSwitchedOff);
    },
    onError: toastProblem,
  });
  return (
    <div className="flex items-center gap-6 rounded-xl border bg-card p-4 shadow-xs">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <label htmlFor={id} className="text-sm font-medium">
          {m.allowLinks}
        </label>
        <p id={`${id}-text`} className="text-sm text-muted-foreground">
          {m.membersMayShareACopy}
        </p>
      </div>
      <Switch
        id={id}
        aria-describedby={`${id}-text`}
        checked={isOn}
        disabled={save.isPending}
        onCheckedChange={(next) => save.mutate(next)}
      />
    </div>
  );
}
