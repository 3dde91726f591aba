import type { ProviderList } from "@mosaic/contracts/provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { expect, test, vi } from "vitest";
import { useMachineAddress } from "@/features/providers/machine-address";
import { emptyValues, type ProviderValues } from "@/features/providers/provider-values";
import { queryKeys } from "@/lib/query-keys";

const listOf = (machineHost: string | null): ProviderList => ({ providers: [], shared: [], isDemoOffered: true, machineHost });

const open = (baseUrl: string, isNew: boolean) => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(queryKeys.providers, listOf(null));
  const onMoved = vi.fn<() => void>();
  const wrapper = ({ children }: { readonly children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(
    () => {
      const form = useForm<ProviderValues>({ defaultValues: { ...emptyValues("ollama"), baseUrl } });
      return { form, host: useMachineAddress(form, isNew, onMoved) };
    },
    { wrapper },
  );
  const tell = async (machineHost: string): Promise<void> => {
    act(() => void client.setQueryData(queryKeys.providers, listOf(machineHost)));
    await waitFor(() => expect(result.current.host).toBe(machineHost));
  };
  return { tell, onMoved, address: () => result.current.form.getValues("baseUrl") };
};

test.each([
  ["a new one on this machine gets the address that agents reach", "http://127.0.0.1:11434", true, "http://172.18.0.1:11434"],
  ["an address that somebody entered stays", "http://127.0.0.1:8000", true, "http://127.0.0.1:8000"],
  ["a stored one stays", "http://127.0.0.1:11434", false, "http://127.0.0.1:11434"],
])("once it is known what agents reach this machine by, %s", async (_what, before, isNew, after) => {
  const { tell, address, onMoved } = open(before, isNew);
  expect(address()).toBe(before);
  await tell("172.18.0.1");
  expect(address()).toBe(after);
  expect(onMoved).toHaveBeenCalledTimes(before === after ? 0 : 1);
});
