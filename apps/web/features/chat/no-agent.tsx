"use client";

import type { FirstAgent } from "@mosaic/contracts/agent";
import { Bot, Boxes } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { EmptyState } from "@/components/page/settings-section";
import { Link } from "@/components/ui/link";
import { useMe } from "@/features/auth/session";
import { PageBar } from "@/features/shell/app-frame";
import { useModelSources } from "@/lib/provider-list";
import { m } from "@messages/chat";

/** Whoever has no agent is told what is missing, and who can do something about it. */
export function NoAgent({ why }: { readonly why: FirstAgent["reason"] }) {
  const me = useMe().data;
  const sources = useModelSources();
  const hasModels = sources.data === undefined || sources.data.length > 0;
  return (
    <>
      <PageBar>
        <h1 className="text-sm font-medium">{m.chat}</h1>
      </PageBar>
      <main id="main" tabIndex={-1} className="mx-auto grid w-full max-w-lg flex-1 content-center p-6 outline-none">
        {why !== "no_model" || hasModels ? <AddAgent /> : me?.role === "admin" ? <ModelOfAdmin /> : <ModelOfMember />}
      </main>
    </>
  );
}

function AddAgent() {
  return (
    <EmptyState
      level={2}
      icon={<Bot aria-hidden />}
      title={m.youHaveNoAgentYet}
      action={<LinkButton href="/settings/agents?edit=new">{m.addAgent}</LinkButton>}
    >
      {m.addAnAgentGiveIt}
    </EmptyState>
  );
}

const sharingPath = "/admin/shared-providers";

function ModelOfAdmin() {
  return (
    <EmptyState
      level={2}
      icon={<Boxes aria-hidden />}
      title={m.agentsNeedAModelFirst}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <LinkButton href="/settings/providers?edit=new">{m.addAProvider}</LinkButton>
          <LinkButton href={sharingPath} isSecondary>
            {m.sharedProviders}
          </LinkButton>
        </div>
      }
    >
      {m.addAProviderWithA}
    </EmptyState>
  );
}

function ModelOfMember() {
  const message = m.iHaveAnAccountOn(`${window.location.origin}${sharingPath}`);
  return (
    <EmptyState
      level={2}
      icon={<Boxes aria-hidden />}
      title={m.yourAgentIsWaitingFor}
      action={<LinkButton href="/settings/providers?edit=new">{m.aKeyOfYourOwn}</LinkButton>}
    >
      {m.anAdminHasToShare}
      <span className="mt-2 flex items-center justify-center gap-1">
        {m.copyAMessageToYour}
        <CopyButton text={message} label={m.copyAMessageToYour} />
      </span>
    </EmptyState>
  );
}

interface LinkButtonProps {
  readonly href: string;
  readonly isSecondary?: boolean;
  readonly children: ReactNode;
}

function LinkButton({ href, isSecondary = false, children }: LinkButtonProps) {
  return (
    <Button asChild {...(isSecondary ? { variant: "secondary" } : {})}>
      <Link href={href}>{children}</Link>
    </Button>
  );
}
