/** What the API says of a device, or of a browser, that it does not know: otherwise `Firefox on Linux`. A page has words of its own for them. */
export const unknownDevice = "Unknown device";
export const unknownBrowser = "A browser";
