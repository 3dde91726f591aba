import type { ReactNode } from "react";
import { Gate } from "@/features/entry/gate";
import { LogoMark } from "@/components/page/logo";
import { ThemeSelect } from "@/components/page/theme-select";

export function AuthFrame({ children }: { readonly children: ReactNode }) {
  return (
    <Gate page="login">
      <div className="flex min-h-dvh flex-col">
        <header className="flex justify-end p-3">
          <ThemeSelect />
        </header>
        <main id="main" tabIndex={-1} className="mx-auto grid w-full max-w-sm flex-1 content-center gap-7 p-6 pb-24 outline-none">
          {children}
        </main>
      </div>
    </Gate>
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
