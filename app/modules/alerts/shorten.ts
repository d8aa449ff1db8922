/**
 * A text of at most so many UTF-16 units, the strictest way to count: longer ones end in "…", between characters. What is
 * no character (half of a surrogate pair) becomes "�", because neither JSON's readers nor Slack take it.
 */
export function shorten(text: string, longest: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= longest) return whole;
  const end = longest - 1;
  return `${whole.slice(0, isInsidePair(whole, end) ? end - 1 : end)}…`;
}

const isInsidePair = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
