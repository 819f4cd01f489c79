/**
 * HTML and SVG that cannot go wrong by a forgotten escape: a template escapes whatever is put into it, unless that is the
 * work of another template. Nothing here knows a name from a person's command line from one of its own.
 */

/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: lists are put together, and what is not there is left out. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** `html\`<p>${text}</p>\``; in attributes too, if they have double quotes. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let markup = pieces[0]!;
  contents.forEach((content, index) => {
    markup += markupOf(content) + pieces[index + 1]!;
  });
  return { markup };
}

/** Text of this program that is markup; never anything that was handed in. */
export const trusted = (markup: string): Markup => ({ markup });

export const NOTHING: Markup = { markup: '' };

function markupOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escaped(content);
  if ('markup' in content) return content.markup;
  return content.map(markupOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters are no text in HTML: they are shown as what cannot be shown. */
const escaped = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are meant
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\uFFFD');
