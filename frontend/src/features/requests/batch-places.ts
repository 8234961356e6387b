/** Where the focus goes when a button of the batch leaves with it. */

export const BATCH_ID = "batch";

/** The bar itself, while it stays; then the first row's link. */
export const batchPlaces = (): (Element | null)[] => [
  document.getElementById(BATCH_ID),
  document.querySelector("a[id^='request-']"),
];
