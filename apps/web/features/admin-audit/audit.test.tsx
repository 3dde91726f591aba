import type { AuditEvent } from "@mosaic/contracts/audit";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { actionLabel, fieldLabel } from "@/features/admin-audit/action-labels";
import { AuditPage } from "@/features/admin-audit/audit-page";
import { dayToMoment } from "@/features/admin-audit/audit-filters";
import { adminState } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

const event: AuditEvent = {
  id: "0199c0de-0000-7000-8000-00000000000a",
  at: "2026-11-20T10:00:00.000Z",
  actor: { kind: "visitor", id: null, name: "grace" },
  address: "203.0.113.7",
  requestId: null,
  action: "auth.sign_in_refused",
  target: null,
  outcome: "refused",
  details: { triesLeft: 3, isDisabled: false },
};

describe("the audit log", () => {
  test("asks for what the address says, and exports the same", async () => {
    const admin = adminState({ events: [event] });
    await openPage(
      <AuditPage />,
      { ...readyState(), admin },
      "/admin/audit?search=grace&action=auth&from=2026-11-01&to=2026-11-30&outcome=nonsense",
    );
    await screen.findByText("Sign-in refused");
    const asked = new URLSearchParams(admin.queries["audit"]);
    expect(Object.fromEntries(asked)).toEqual({
      search: "grace",
      action: "auth",
      from: dayToMoment("2026-11-01", false),
      to: dayToMoment("2026-12-01", false),
      page: "1",
      pageSize: "50",
    });
    const link = new URL(screen.getByRole<HTMLAnchorElement>("link", { name: "Export CSV" }).href);
    expect(link.pathname).toBe("/api/admin/audit/export");
    asked.delete("page");
    asked.delete("pageSize");
    expect(Object.fromEntries(link.searchParams)).toEqual({ format: "csv", ...Object.fromEntries(asked) });
  });

  test("opens an entry’s details in words", async () => {
    await openPage(<AuditPage />, { ...readyState(), admin: adminState({ events: [event] }) }, "/admin/audit");
    const button = await screen.findByRole("button", { name: /^Details of: Sign-in refused, grace/ });
    expect(screen.queryByText("203.0.113.7")).toBeNull();
    fireEvent.click(button);
    await waitFor(() => expect(button.getAttribute("aria-expanded")).toBe("true"));
    expect(screen.getByText("203.0.113.7")).toBeDefined();
    expect(screen.getByText("Tries left").nextSibling?.textContent).toBe("3");
  });

  test("shows an action that it does not know as words", () => {
    expect(actionLabel("moon_base.launch")).toBe("Moon base launch");
    expect(fieldLabel("maxUses")).toBe("Max uses");
  });
});
