"use client";

import { Terminal } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { forgetSetupToken, parseSetupToken, readSetupToken, storeSetupToken } from "@/features/entry/setup-token";
import { Logo } from "@/components/page/logo";
import { useOnboardingStatus } from "@/features/entry/onboarding-status";
import { ThemeSelect } from "@/components/page/theme-select";
import { m } from "@messages/setup";

/** For whoever opened the page without the printed link: only the person who started Mosaic may set it up. */
export function TokenStep() {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex items-center justify-between px-5 py-4 sm:px-8">
        <Logo />
        <ThemeSelect />
      </header>
      <main id="main" tabIndex={-1} className="mx-auto grid w-full max-w-lg flex-1 content-center gap-7 p-6 pb-28 outline-none">
        <div className="grid gap-2.5">
          <h1 className="text-balance text-2xl font-semibold tracking-tight sm:text-3xl">{m.openTheSetUpLink}</h1>
          <p className="leading-relaxed text-muted-foreground">{m.mosaicPrintedALinkIn}</p>
        </div>
        <div
          aria-hidden
          className="overflow-x-auto rounded-lg border bg-muted px-4 py-3 font-mono text-[0.8125rem] leading-relaxed text-muted-foreground"
        >
          <span className="flex items-center gap-2 whitespace-nowrap">
            <Terminal className="size-4 shrink-0" />
            http://localhost:8080/setup<span className="text-foreground">#token=…</span>
          </span>
        </div>
        <TokenForm />
      </main>
    </div>
  );
}

function TokenForm() {
  const status = useOnboardingStatus();
  const [text, setText] = useState("");
  const [typedFault, setError] = useState<string | undefined>(undefined);
  // Looked at each time: another link may be opened in this tab.
  const error = typedFault ?? faultOfLink();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const token = parseSetupToken(text);
    if (token === null) {
      setError(m.pasteTheWholeLinkOr);
      return;
    }
    setError(undefined);
    storeSetupToken(token);
    const { data, error: failure } = await status.refetch();
    if (data?.hasSetupToken === true || data?.step !== "breakglass") return;
    forgetSetupToken();
    setError(failure ? m.mosaicDidNotAnswerTry : m.thisTokenIsNotValid);
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <Field label={m.setUpLinkOrToken} error={error}>
        {(control) => (
          <Input
            {...control}
            value={text}
            autoComplete="off"
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" size="lg" isBusy={status.isFetching} className="justify-self-start">
        {m.continue}
      </Button>
    </form>
  );
}

/** Of the link that was opened: whoever opened none has done nothing wrong. */
const faultOfLink = (): string | undefined => {
  if (window.location.hash !== "") return m.theLinkThatYouOpened;
  return readSetupToken() === null ? undefined : m.theLinkIsAnotherMosaics;
};
