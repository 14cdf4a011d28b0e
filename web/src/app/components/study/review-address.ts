/** How the address names a review: behind the id of its deck. */
const REVIEW = "/review";

export const reviewOf = (deck: string): string => `${deck}${REVIEW}`;

/** The deck that a section of the place names, and whether it is to be reviewed; "" is none. */
export function deckIn(section: string): { deck: string; reviews: boolean } {
  const reviews = section.endsWith(REVIEW);
  return { deck: reviews ? section.slice(0, -REVIEW.length) : section, reviews };
}
