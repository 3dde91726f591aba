"use client";

import { testOidc, type OidcTestResult, type TestOidc } from "@mosaic/contracts/oidc";
import { PlugZap } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useTestOidc } from "@/features/admin-oidc/oidc-queries";
import { addressOf } from "@/features/admin-oidc/oidc-values";
import { AllowAddress } from "@/features/providers/allow-address";
import { SaveProblem } from "@/components/page/save-problem";
import { said } from "@/lib/said";
import { m } from "@messages/admin-oidc";

const issuerFirst = m.enterTheIssuerFirstA;
const titles: Partial<Record<OidcTestResult["outcome"], string>> = { client_refused: m.theServerDoesNotAccept };

/** Reads what the server says of itself, and whether it takes the client; nobody is signed in. */
export function OidcTest({ asked }: { readonly asked: TestOidc }) {
  const test = useTestOidc();
  const [fault, setFault] = useState<string | null>(null);
  const run = (): void => {
    const body = testOidc.safeParse(asked);
    const isIssuer = body.success || body.error.issues.some(({ path }) => path[0] === "issuer");
    setFault(body.success ? null : isIssuer ? issuerFirst : m.theClientIdAndSecret);
    if (body.success) test.mutate(asked);
    else test.reset();
  };
  // What was found is about the address that was asked, not about what has been typed since.
  const isSame = JSON.stringify(test.variables) === JSON.stringify(asked);
  const result = test.data !== undefined && isSame ? test.data : null;
  const isOk = result?.outcome === "ok";
  return (
    <div className="-mt-2 grid gap-3">
      <Button variant="secondary" className="justify-self-start" isBusy={test.isPending} onClick={run}>
        {test.isPending ? null : <PlugZap aria-hidden />}
        {test.isPending ? m.askingTheServer : m.testThisServer}
      </Button>
      <div role="status" className="grid gap-3 empty:hidden">
        {fault === null ? null : <p className="text-sm text-destructive">{fault}</p>}
        {test.error && isSame ? <SaveProblem error={test.error} /> : null}
        {result === null || test.isPending ? null : (
          <Notice
            tone={isOk ? "success" : "danger"}
            title={isOk ? m.theServerAnswers : (titles[result.outcome] ?? m.theServerCantBeUsed)}
            actions={result.outcome === "address_refused" ? <AllowAddress address={addressOf(asked.issuer)} onAllowed={run} /> : null}
          >
            {said(result.message)}
          </Notice>
        )}
        {result !== null && !test.isPending && result.warnings.length > 0 ? (
          <Notice tone="warning" title={m.worthKnowing}>
            <ul className="list-disc space-y-1 ps-4">
              {result.warnings.map((warning) => (
                <li key={warning}>{said(warning)}</li>
              ))}
            </ul>
          </Notice>
        ) : null}
      </div>
    </div>
  );
}
