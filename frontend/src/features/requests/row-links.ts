/** The rows' links, by which the keyboard finds its place again. */

export const rowLinkId = (id: number) => `request-${id}`;

/** The link of this row, and those after it before those above it, as they stand on the page now. */
export function linksFrom(id: number): Element[] {
  const links = [...document.querySelectorAll("a[id^='request-']")];
  const place = links.findIndex((link) => link.id === rowLinkId(id));
  return place < 0 ? links : [...links.slice(place), ...links.slice(0, place).reverse()];
}
