import { createContext, use } from "react";

/** Whether the text that something stands in is still being written. */
export const Growing = createContext(false);

export const useIsGrowing = (): boolean => use(Growing);
