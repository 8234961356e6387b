/** The word of this page, drawn by the gateway, without which the browser applies no `<style>` element. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}

/** Libraries that add `<style>` elements of their own (dialogs, to keep the page from scrolling) look here. */
export function shareStyleNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
}
