"use client";

import type { SharableProvider, Sharing } from "@mosaic/contracts/admin-sharing";
import type { EffectiveModel } from "@mosaic/contracts/agent";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { sharingText } from "@/features/admin-sharing/sharing-words";
import { useSaveSharedDefault, useShareProvider, useSharing } from "@/features/admin-sharing/sharing-queries";
import { decodeModel, firstModel } from "@/features/agents/agent-values";
import { ModelPicker } from "@/features/agents/model-picker";
import { SaveProblem } from "@/components/page/save-problem";
import { m } from "@messages/admin-sharing";

/** What somebody new will chat with: the first default that works now. */
export const teamModelOf = ({ defaults }: Sharing): EffectiveModel | null =>
  defaults.map(({ effective }) => effective).find((effective) => effective !== null) ?? null;

/** Whether new people can chat, and if not, what makes it so. */
export function TeamModel() {
  const sharing = useSharing();
  if (sharing.data === undefined) return null;
  const effective = teamModelOf(sharing.data);
  const offered = sharing.data.providers.filter(({ isActive, isOwn, isShared }) => isActive && (isOwn || isShared));
  if (effective !== null) return <ReadyTeam effective={effective} />;
  return (
    <Notice tone="warning" title={m.newPeopleCantChatYet}>
      <p>{m.thereIsNoDefaultModel}</p>
      {offered.length === 0 ? <NoProvider /> : <ChooseTeamModel offered={offered} />}
    </Notice>
  );
}

function ReadyTeam({ effective }: { readonly effective: EffectiveModel }) {
  return (
    <Notice tone="info">
      {m.newPeopleGetAnAgent(`${effective.model} · ${effective.providerName}`)}{" "}
      <Link href="/admin/shared-providers" className="underline underline-offset-4">
        {m.changeTheDefaultModel}
      </Link>
    </Notice>
  );
}

function NoProvider() {
  return (
    <p className="pt-1">
      {m.ofYoursThenComeBack(
        <Link href="/settings/providers?edit=new" className="underline underline-offset-4">
          {m.addAProvider}
        </Link>,
      )}
    </p>
  );
}

function ChooseTeamModel({ offered }: { readonly offered: readonly SharableProvider[] }) {
  const share = useShareProvider();
  const saveDefault = useSaveSharedDefault();
  const [chosen, setChosen] = useState(() => firstModel(offered));
  const model = decodeModel(chosen);
  const provider = offered.find(({ id }) => id === model?.providerId);
  if (model === null || provider === undefined) return null;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    share.reset();
    saveDefault.reset();
    if (!provider.isShared) await share.mutateAsync({ id: provider.id, isShared: true });
    await saveDefault.mutateAsync({ backend: null, model, fallbacks: [] });
    toast.success(m.everybodyMayUseNow(provider.name));
  };
  const error = share.error ?? saveDefault.error;
  return (
    // What failed is shown below.
    <form
      onSubmit={(event) => void submit(event).catch(() => undefined)}
      noValidate
      aria-label={m.modelForEverybody}
      className="grid gap-3 pt-2"
    >
      <Field label={m.modelForEverybody} hint={sharingText(provider.kind)}>
        {(control) => <ModelPicker control={control} providers={offered} value={chosen} onChange={setChosen} />}
      </Field>
      {error === null ? null : <SaveProblem error={error} />}
      <Button type="submit" size="sm" className="justify-self-start" isBusy={share.isPending || saveDefault.isPending}>
        {provider.isShared ? m.makeItTheDefault : m.shareAndMakeItThe(provider.name)}
      </Button>
    </form>
  );
}
