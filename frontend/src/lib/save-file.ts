/** Hands a file to the browser, as a link with `download` does. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Browsers take the content up after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
