import type { AuditEvent } from "@mosaic/contracts/audit";
import { auditActionLabels, auditGroupLabels } from "@mosaic/contracts/audit-actions";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { detailLabel } from "@/features/admin-audit/field-label";
import { AuditPage } from "@/features/admin-audit/audit-page";
import { dayToMoment } from "@/features/admin-audit/audit-filters";
import { adminState } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { choose, press } from "@/test/actions";
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

  test("says fields and values in words", async () => {
    const details = { changed: "idleTimeoutSeconds, isActive", isOn: true, by: "oidc", expiresAt: "2026-12-24T10:00:00.000Z", role: null };
    await openPage(<AuditPage />, { ...readyState(), admin: adminState({ events: [{ ...event, details }] }) }, "/admin/audit");
    fireEvent.click(await screen.findByRole("button", { name: /^Details of/ }));
    const told = (label: string): string | null | undefined => screen.getByText(label).nextSibling?.textContent;
    expect(told("Action")).toBe("Sign-in refused");
    expect([told("Changed"), told("On"), told("Through"), told("Role")]).toEqual(["Idle time, In use", "yes", "single sign-on", "none"]);
    expect(told("Ends")).not.toContain("T10:00");
  });

  test("folds chat messages away until they are asked for", async () => {
    const sent = (index: number): AuditEvent => ({ ...event, id: `${event.id.slice(0, -2)}${index}`, action: "message.send" });
    const events = [sent(10), sent(11), event, sent(12)];
    await openPage(<AuditPage />, { ...readyState(), admin: adminState({ events }) }, "/admin/audit");
    await screen.findByText("2 chat messages");
    expect(screen.getAllByText("Sent a message")).toHaveLength(1);
    press("Show each of 2 chat messages");
    await waitFor(() => expect(screen.getAllByText("Sent a message")).toHaveLength(3));
  });

  test("shows each message to whoever filters for them", async () => {
    const events = [10, 11].map((index) => ({ ...event, id: `${event.id.slice(0, -2)}${index}`, action: "message.send" }));
    await openPage(<AuditPage />, { ...readyState(), admin: adminState({ events }) }, "/admin/audit?action=message");
    expect(await screen.findAllByText("Sent a message")).toHaveLength(2);
  });

  test("says every action in words, and offers every group", async () => {
    const events = Object.keys(auditActionLabels).map((action, index) => ({
      ...event,
      id: `${event.id.slice(0, -2)}${10 + index}`,
      action,
    }));
    await openPage(<AuditPage />, { ...readyState(), admin: adminState({ events: events.slice(0, 50) }) }, "/admin/audit");
    await screen.findByText("Refused access");
    press(/^Show each of/);
    for (const words of new Set(Object.values(auditActionLabels).slice(0, 50))) {
      expect(screen.getAllByText(words).length).toBeGreaterThan(0);
    }
    fireEvent.keyDown(screen.getByRole("combobox", { name: "Action" }), { key: "ArrowDown" });
    await screen.findByRole("option", { name: "Refused access" });
    expect(screen.getAllByRole("option").map(({ textContent }) => textContent)).toEqual(["Any action", ...Object.values(auditGroupLabels)]);
  });

  test("filters by refused access, and leaves out an action that nobody knows", async () => {
    const admin = adminState({ events: [event] });
    const { visits } = await openPage(<AuditPage />, { ...readyState(), admin }, "/admin/audit?action=moon_base.launch");
    await screen.findByText("Sign-in refused");
    expect(new URLSearchParams(admin.queries["audit"]).get("action")).toBeNull();
    await choose("Action", "Refused access");
    expect(visits).toEqual(["/admin/audit?action=access"]);
  });

  test("shows an action that it does not know as words", async () => {
    const old = { ...event, action: "moon_base.launch" };
    await openPage(<AuditPage />, { ...readyState(), admin: adminState({ events: [old] }) }, "/admin/audit");
    await screen.findByText("Moon base launch");
    expect(detailLabel("numberOfMoons")).toBe("Number of moons");
  });
});
