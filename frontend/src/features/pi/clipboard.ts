/** Puts a text that is still on its way into the clipboard; browsers want to be asked while the click is fresh. */
export async function copyText(coming: Promise<string>): Promise<void> {
  if (typeof ClipboardItem === "undefined") {
    await navigator.clipboard.writeText(await coming);
    return;
  }
  const blob = coming.then((text) => new Blob([text], { type: "text/plain" }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } catch (refusal) {
    await coming; // that it did not come is the better explanation
    throw refusal;
  }
}
