"use client";

import type { Conversation } from "@mosaic/contracts/chat";
import type { CreatedShare } from "@mosaic/contracts/shares";
import { useState, type FormEvent } from "react";
import { SaveProblem } from "@/components/page/save-problem";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/checkbox-field";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useCreateShare, useShares } from "@/features/sharing/share-queries";
import { m } from "@messages/sharing";

export interface ShareConversationProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
  readonly onReturnFocus: () => void;
}

export function ShareConversation({ conversation, onClose, onReturnFocus }: ShareConversationProps) {
  const [made, setMade] = useState<CreatedShare | null>(null);
  return (
    <Dialog isOpen onClose={onClose} onReturnFocus={onReturnFocus} title={m.shareConversation} description={m.othersReadACopyOf}>
      {made === null ? (
        <ShareForm conversationId={conversation.id} onCancel={onClose} onMade={setMade} />
      ) : (
        <Made made={made} onClose={onClose} />
      )}
    </Dialog>
  );
}

const kinds = [
  { value: "members", label: m.membersThatIName },
  { value: "link", label: m.everybodyWhoHasTheLink },
];

const namesOf = (text: string): string[] => text.split(/[\s,;]+/).filter((name) => name !== "");

interface ShareFormProps {
  readonly conversationId: string;
  readonly onCancel: () => void;
  readonly onMade: (made: CreatedShare) => void;
}

function ShareForm({ conversationId, onCancel, onMade }: ShareFormProps) {
  const create = useCreateShare(conversationId);
  // While it is not known, the server says so to whoever tries.
  const isClosed = useShares().data?.hasLinks === false;
  const [wanted, setKind] = useState("members");
  const kind = isClosed ? "members" : wanted;
  const [names, setNames] = useState("");
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [hasTools, setTools] = useState(false);
  const [hasFiles, setFiles] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const usernames = namesOf(names);
    const isMissing = kind === "members" && (usernames.length === 0 || usernames.length > 20);
    setFault(isMissing ? m.oneToTwentyUserNames : undefined);
    if (isMissing) return;
    const body =
      kind === "link" ? ({ kind: "link", hasTools, hasFiles } as const) : ({ kind: "members", usernames, hasTools, hasFiles } as const);
    create.mutate(body, { onSuccess: onMade });
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <Field label={m.whoMayReadIt} hint={isClosed ? m.anAdminDoesNotAllow : undefined}>
        {(control) => (
          <Select {...control} value={kind} onChange={setKind} groups={[{ label: "", options: isClosed ? kinds.slice(0, 1) : kinds }]} />
        )}
      </Field>
      {kind === "members" ? (
        <Field label={m.userNames} hint={m.withCommasBetweenThem} error={fault}>
          {(control) => <Input {...control} value={names} autoComplete="off" onChange={(event) => setNames(event.target.value)} />}
        </Field>
      ) : null}
      <CheckboxField label={m.withThoughtsAndTools} description={m.whatTheAgentThoughtAnd} isChecked={hasTools} onChange={setTools} />
      <CheckboxField label={m.withFiles} description={m.filesThatWereSentAnd} isChecked={hasFiles} onChange={setFiles} />
      {create.error ? <SaveProblem error={create.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button variant="secondary" onClick={onCancel}>
          {m.cancel}
        </Button>
        <Button type="submit" isBusy={create.isPending}>
          {m.share}
        </Button>
      </div>
    </form>
  );
}

function Made({ made, onClose }: { readonly made: CreatedShare; readonly onClose: () => void }) {
  const link = made.token === null ? null : new URL(`/shared#${made.token}`, document.baseURI).href;
  return (
    <div role="status" className="grid gap-4">
      {link === null ? (
        <p className="text-sm">{m.canReadItNowUnder(made.share.members.join(", "))}</p>
      ) : (
        <div className="grid gap-1.5">
          <p className="text-sm">{m.whoeverHasThisLinkReads}</p>
          <div className="flex items-center gap-2 rounded-lg border bg-muted py-1.5 ps-3 pe-1.5">
            <code className="min-w-0 flex-1 break-all text-[0.8125rem]">{link}</code>
            <CopyButton text={link} label={m.copyLink} />
          </div>
        </div>
      )}
      <Button className="justify-self-end" onClick={onClose}>
        {m.done}
      </Button>
    </div>
  );
}
