/** A piece of a script as a sentence shows it: in quotes, and no longer than a person reads. */
const LONGEST = 30;

export const inQuotes = (text: string): string => `"${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}"`;
