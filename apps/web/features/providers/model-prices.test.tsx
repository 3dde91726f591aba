import { providerModel, type ProviderModel } from "@mosaic/contracts/provider";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { ModelPrices } from "@/features/providers/model-prices";

test("a price is taken once it is one, and what is none is told and can't be saved as the one before it", () => {
  let models: ProviderModel[] = [{ id: "m-1" }, { id: "m-2" }];
  const onChange = (next: ProviderModel[]): void => {
    models = next;
  };
  const { rerender } = render(<ModelPrices models={models} onChange={onChange} />);
  const type = (label: string, value: string): void => {
    const [field] = screen.getAllByLabelText(label);
    if (field) fireEvent.change(field, { target: { value } });
    rerender(<ModelPrices models={models} onChange={onChange} />);
  };
  type("Input", "2");
  screen.getByText("Enter this price too");
  expect(providerModel.safeParse(models[0]).success).toBe(false);
  type("Output", "8");
  expect(models).toEqual([{ id: "m-1", prices: { inputMicrosPerMillion: 2_000_000, outputMicrosPerMillion: 8_000_000 } }, { id: "m-2" }]);
  type("Output", "eight");
  screen.getByText("A number from 0 to 1,000");
  expect(providerModel.safeParse(models[0]).success).toBe(false);
  type("Output", "");
  type("Input", "");
  expect(models).toEqual([{ id: "m-1" }, { id: "m-2" }]);
});
