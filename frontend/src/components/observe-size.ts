/** Tells the width and height of an element, px, at once and whenever they change; call what it returns to end that. */
export function observeSize(element: Element, tell: (size: { width: number; height: number }) => void): () => void {
  const measure = () => tell(element.getBoundingClientRect());
  measure(); // before the first frame is shown, which the observer would not do
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  return () => observer.disconnect();
}
