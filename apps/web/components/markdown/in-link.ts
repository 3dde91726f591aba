import { createContext } from "react";

/** Inside of a link nothing else can be clicked. */
export const InLink = createContext(false);
