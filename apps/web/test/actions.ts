import { fireEvent, screen } from "@testing-library/react";

export const type = (name: string | RegExp, value: string): void => {
  fireEvent.change(screen.getByLabelText(name, { selector: "input, textarea" }), { target: { value } });
};

export const press = (name: string | RegExp): boolean => fireEvent.click(screen.getByRole("button", { name }));

/** With the keys: nothing is laid out here, so there is nothing to point at. */
export const choose = async (field: string, option: string): Promise<void> => {
  fireEvent.keyDown(screen.getByRole("combobox", { name: field }), { key: "ArrowDown" });
  fireEvent.keyDown(await screen.findByRole("option", { name: option }), { key: "Enter" });
};

export const openMenu = async (name: string): Promise<void> => {
  fireEvent.keyDown(await screen.findByRole("button", { name }), { key: "Enter" });
};
