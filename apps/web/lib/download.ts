/** Has the browser save what an address answers; the answer says how the file is called. */
export const download = (path: string): void => {
  const link = document.createElement("a");
  link.href = new URL(path, document.baseURI).href;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
};
