"use client";

import type { AccessToken, CreatedAccessToken } from "@mosaic/contracts/access-token";
import { KeySquare, Plus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { CopyField } from "@/components/ui/copy-field";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { useRevokeToken, useTokens } from "@/features/account/account-queries";
import { OtherPrograms } from "@/features/account/other-programs";
import { NewTokenForm, scopeTexts } from "@/features/account/new-token-form";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";
import { formatTime } from "@/lib/time";
import { m } from "@messages/account";

export function TokensPage() {
  const tokens = useTokens();
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<CreatedAccessToken | null>(null);
  const [revoked, setRevoked] = useState<AccessToken | null>(null);
  const add = (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {m.newToken}
    </Button>
  );
  return (
    <SettingsSection
      title={m.accessTokens}
      description={m.forProgramsThatUseYour}
      actions={tokens.data !== undefined && tokens.data.length > 0 ? add : null}
    >
      <Loaded query={tokens}>
        {(data) =>
          data.length === 0 ? (
            <EmptyState icon={<KeySquare aria-hidden />} title={m.noAccessTokenYet} action={add}>
              {m.createOneToReachMosaic}
            </EmptyState>
          ) : (
            <ul className="grid gap-3">
              {data.map((token) => (
                <TokenRow key={token.id} token={token} onRevoke={() => setRevoked(token)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <OtherPrograms />
      <Dialog
        isOpen={isCreating}
        onClose={() => {
          setCreating(false);
          setCreated(null);
        }}
        title={created === null ? m.newAccessToken : m.copyYourTokenNow}
      >
        {created === null ? <NewTokenForm onCreated={setCreated} /> : <ShownOnce created={created} />}
      </Dialog>
      <RevokeToken token={revoked} onClose={() => setRevoked(null)} />
    </SettingsSection>
  );
}

function TokenRow({ token, onRevoke }: { readonly token: AccessToken; readonly onRevoke: () => void }) {
  const [openedAt] = useState(() => Date.now());
  const isExpired = token.expiresAt !== null && new Date(token.expiresAt).getTime() < openedAt;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border bg-card p-4 shadow-xs">
      <div className="grid min-w-0 flex-1 basis-52 gap-1">
        <h3 className="flex flex-wrap items-center gap-2 font-medium">
          <span className="min-w-0 break-words">{token.name}</span>
          <code className="text-xs font-normal text-muted-foreground">…{token.hint}</code>
          {isExpired ? <Badge tone="warning">{m.expired}</Badge> : null}
        </h3>
        <p className="flex flex-wrap gap-1.5">
          {token.scopes.map((scope) => (
            <Badge key={scope}>{scopeTexts[scope].label}</Badge>
          ))}
          {token.scopes.includes("chat") ? <Badge>{chatText(token)}</Badge> : null}
        </p>
        <p className="text-sm text-muted-foreground">
          {token.lastUsedAt === null ? m.neverUsed : m.lastUsedFrom(formatTime(token.lastUsedAt), token.lastUsedAddress ?? "?")} ·{" "}
          {token.expiresAt === null ? m.neverExpires : (isExpired ? m.expiredSince : m.expires)(formatTime(token.expiresAt))}
        </p>
      </div>
      <Button variant="danger-ghost" size="sm" aria-label={m.revoke(token.name)} onClick={onRevoke}>
        {m.revokeShort}
      </Button>
    </li>
  );
}

/** Of what the model says alone nothing is kept that could be shown. */
function chatText({ usesPlainModel, showsConversations }: AccessToken): string {
  if (usesPlainModel) return m.modelAlone;
  return showsConversations ? m.conversationsShown : m.conversationsNotShown;
}

function ShownOnce({ created }: { readonly created: CreatedAccessToken }) {
  const path = created.scopes.includes("chat") ? "/v1/models" : "/api/agents";
  const example = `curl -H "Authorization: Bearer ${created.token}" ${window.location.origin}${path}`;
  return (
    <div className="grid gap-4">
      <Notice tone="warning" title={m.thisIsTheOnlyTime}>
        {m.mosaicKeepsOnlyAFingerprint}
      </Notice>
      <CopyField label={m.accessToken} text={created.token} />
      <CopyField label={m.tryIt} text={example} copyLabel={m.copyTheCommand} />
    </div>
  );
}

function RevokeToken({ token, onClose }: { readonly token: AccessToken | null; readonly onClose: () => void }) {
  const revoke = useRevokeToken();
  if (token === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={m.revokeTheToken(token.name)}
      confirmLabel={m.revokeToken}
      isBusy={revoke.isPending}
      onConfirm={() =>
        revoke.mutate(token.id, { onSuccess: () => toast.success(m.tokenRevoked), onError: toastProblem, onSettled: onClose })
      }
    >
      <p>{m.programsThatUseItAre}</p>
    </ConfirmDialog>
  );
}
