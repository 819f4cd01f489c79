/**
 * Colour on the terminal: only where there is one, and not when NO_COLOR asks for none.
 */
import colors from 'picocolors';
import type { LadderStyle } from '../trace/ladder-row.ts';

type Paint = (text: string) => string;

/** Colour repeats what words and shapes say already. */
const COLOURS: Partial<Record<LadderStyle, Paint>> = {
  time: colors.dim,
  name: colors.bold,
  event: colors.dim,
  lost: colors.red,
  again: colors.yellow,
  changed: colors.magenta,
};

/** How a ladder is coloured on standard output: not at all where colour has no place. */
export const ladderPaint = (): { readonly paint?: (style: LadderStyle, text: string) => string } =>
  colors.isColorSupported && process.stdout.isTTY
    ? { paint: (style, text) => (COLOURS[style] ?? ((plain: string) => plain))(text) }
    : {};
