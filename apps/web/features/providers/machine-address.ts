"use client";

import { providerDefinitions } from "@mosaic/contracts/provider";
import { useEffect, useEffectEvent } from "react";
import type { UseFormReturn } from "react-hook-form";
import { addressAtFirst, type ProviderValues } from "@/features/providers/provider-values";
import { useMachineHost } from "@/lib/provider-list";

/** What agents reach this machine by. Whoever chooses a server on it before that is known gets its address a moment later, unless they entered another one. */
export const useMachineAddress = (form: UseFormReturn<ProviderValues>, isNew: boolean, onMoved: () => void): string | null => {
  const machineHost = useMachineHost();
  const moved = useEffectEvent(onMoved);
  useEffect(() => {
    const { kind, baseUrl } = form.getValues();
    const address = addressAtFirst(kind, machineHost);
    if (!isNew || baseUrl !== providerDefinitions[kind].baseUrl || address === baseUrl) return;
    form.setValue("baseUrl", address, { shouldDirty: true });
    moved();
  }, [form, isNew, machineHost]);
  return machineHost;
};
