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

/** Whoever has no agent is told what is missing, and who can do something about it. */
export function NoAgent({ why }: { readonly why: FirstAgent["reason"] }) {
  const me = useMe().data;
  const sources = useModelSources();
  const hasModels = sources.data === undefined || sources.data.length > 0;
  return (
    <>
      <PageBar>
        <h1 className="text-sm font-medium">Chat</h1>
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
      title="You have no agent yet"
      action={<LinkButton href="/settings/agents?edit=new">Add agent</LinkButton>}
    >
      Add an agent, give it a name and a model, and start talking to it.
    </EmptyState>
  );
}

const sharingPath = "/admin/shared-providers";

function ModelOfAdmin() {
  return (
    <EmptyState
      level={2}
      icon={<Boxes aria-hidden />}
      title="Agents need a model first"
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <LinkButton href="/settings/providers?edit=new">Add a provider</LinkButton>
          <LinkButton href={sharingPath} isSecondary>
            Shared providers
          </LinkButton>
        </div>
      }
    >
      Add a provider with a key of yours. Share it and choose the default model, and everybody gets an agent by themselves.
    </EmptyState>
  );
}

function ModelOfMember() {
  const message = `I have an account on our Mosaic, but no model is set for the team yet. Could you share a provider and choose the default model? ${window.location.origin}${sharingPath}`;
  return (
    <EmptyState
      level={2}
      icon={<Boxes aria-hidden />}
      title="Your agent is waiting for a model"
      action={<LinkButton href="/settings/providers?edit=new">Use a key of your own</LinkButton>}
    >
      An admin has to share a provider and choose the default model, under Admin → Shared providers. You then get your agent here by itself.
      There is nothing else for you to do, unless you have a key of your own.
      <span className="mt-2 flex items-center justify-center gap-1">
        Copy a message to your admin
        <CopyButton text={message} label="Copy a message to your admin" />
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
