/** Scrolling through more than an element may be high.
 *
 * Browsers cut elements off (Firefox at about 17.9 million px, Chromium at 33.5 million device px, which is 8.4
 * million on a screen of ratio 4). Beyond MAX_HEIGHT_PX the bar is mapped to the content in three straight pieces: one
 * to one near both ends, where people read, and compressed between. Small steps (wheel, keys, a finger) are taken one
 * to one everywhere; when scrolling rests, the bar is put where it belongs.
 */

const MAX_HEIGHT_PX = 8_000_000;

export interface ScrollScale {
  /** How high the element has to be. */
  height: number;
  /** How far the content can be scrolled. */
  reach: number;
  /** Where the content stands for a position of the bar, and the reverse. */
  toTop: (scrollTop: number) => number;
  toScroll: (top: number) => number;
}

export function scrollScale(content: number, view: number, limit = MAX_HEIGHT_PX): ScrollScale {
  const height = Math.min(content, limit);
  const [reach, run] = [Math.max(0, content - view), Math.max(0, height - view)];
  const edge = reach === run ? run : run / 4;
  const stretch = reach === run ? 1 : (reach - 2 * edge) / (run - 2 * edge);
  const toTop = (scrollTop: number) => {
    const place = clamp(scrollTop, run);
    if (place <= edge) return place;
    return run - place < edge ? reach - (run - place) : edge + (place - edge) * stretch;
  };
  const toScroll = (top: number) => {
    const place = clamp(top, reach);
    if (place <= edge) return place;
    return reach - place < edge ? run - (reach - place) : edge + (place - edge) / stretch;
  };
  return { height, reach, toTop, toScroll };
}

/** `scrollTop`: where the bar is; `top`: how many px of the content lie above the view. */
export interface Place {
  scrollTop: number;
  top: number;
}

/** The place after the bar moved. A step of more than two views is a jump of the bar, a smaller one is reading on. */
export function afterScroll(scale: ScrollScale, place: Place, scrollTop: number, view: number): Place {
  const step = scrollTop - place.scrollTop;
  if (step === 0) return place;
  const top = Math.abs(step) > 2 * view ? scale.toTop(scrollTop) : clamp(place.top + step, scale.reach);
  return { scrollTop, top };
}

/** Whether the bar stands where the content is, to within what browsers round. */
export function isSettled(scale: ScrollScale, place: Place): boolean {
  return Math.abs(scale.toScroll(place.top) - place.scrollTop) < 2;
}

const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
