import type { ReactNode } from "react";
import { Gate } from "@/features/entry/gate";
import { LogoMark } from "@/components/page/logo";
import { ThemeSelect } from "@/components/page/theme-select";
import { m } from "@messages/auth";

/** `heading`: what the page can say before anything is known. */
export function AuthFrame({ heading, children }: { readonly heading?: ReactNode; readonly children: ReactNode }) {
  return (
    <Gate page="login" {...(heading === undefined ? {} : { meanwhile: <Meanwhile>{heading}</Meanwhile> })}>
      <div className="flex min-h-dvh flex-col">
        <header className="flex justify-end p-3">
          <ThemeSelect />
        </header>
        <main id="main" tabIndex={-1} className={mainClass}>
          {children}
        </main>
      </div>
    </Gate>
  );
}

const mainClass = "mx-auto grid w-full max-w-sm flex-1 content-center gap-7 p-6 pb-24 outline-none";

function Meanwhile({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <div className="h-15" />
      <main id="main" tabIndex={-1} className={mainClass} aria-busy="true">
        <p className="sr-only" role="status">
          {m.loading}
        </p>
        {children}
        {/* As high as the form, so that nothing moves when that comes. */}
        <div className="h-54" />
      </main>
    </div>
  );
}

export function AuthHeading({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="grid gap-4">
      <LogoMark className="size-11" />
      <div className="grid gap-1.5">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="text-sm text-muted-foreground">{children}</p>
      </div>
    </div>
  );
}
