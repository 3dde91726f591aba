/** Has the browser save what an address answers; the answer says how the file is called. */
export const download = (path: string): void => {
  const link = document.createElement("a");
  link.href = new URL(path, document.baseURI).href;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
};

/** Has the browser save a text that the page has. */
export const downloadText = (text: string, file: { readonly name: string; readonly type: string }): void => {
  const address = URL.createObjectURL(new Blob([text], { type: `${file.type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};
