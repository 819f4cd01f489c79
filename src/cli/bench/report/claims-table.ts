/** What was expected, and what came of it: in words and signs, never by colour alone. */
import type { Outcome } from '../../../experiments/experiment.ts';
import { html, type Markup, NOTHING } from './html.ts';
import { table, word } from './tables.ts';

const metMark = (met: boolean): Markup =>
  met ? html`<span class="met">✓ met</span>` : html`<span class="missed">✗ not met</span>`;

/** `✓ 8 of 8 expectations met`. */
export function tally(outcomes: readonly Outcome[]): Markup {
  if (outcomes.length === 0) return html`<span class="quiet">nothing was expected</span>`;
  const met = outcomes.filter((outcome) => outcome.met).length;
  const words = `${met} of ${outcomes.length} ${outcomes.length === 1 ? 'expectation' : 'expectations'} met`;
  return met === outcomes.length
    ? html`<span class="met">✓ ${words}</span>`
    : html`<span class="missed">✗ ${words}</span>`;
}

/** More than these are folded, but for those that were not met. */
const MOST_OPEN = 12;

export function claimsTable(title: string, outcomes: readonly Outcome[]): Markup {
  if (outcomes.length <= MOST_OPEN) return claims(`${title}: expectations`, outcomes);
  const missed = outcomes.filter(({ met }) => !met);
  return html`${claims(`${title}: expectations not met`, missed)}
<details class="claims"><summary>All ${outcomes.length} expectations</summary>${claims(`${title}: all expectations`, outcomes)}</details>`;
}

const claims = (name: string, outcomes: readonly Outcome[]): Markup =>
  outcomes.length === 0
    ? NOTHING
    : table(
        name,
        [word('claim'), word('wanted'), word('measured'), word('')],
        outcomes.map(({ claim, wanted, measured, met }) => [claim, wanted, measured, metMark(met)]),
      );
