/** The values of socket options as scripts write them: `[1]`, `["cubic"]`, `{onoff=1, linger=5}`, `{tv_sec=1, tv_usec=0}`. */
import { MICROSECOND } from '../../layers/clock.ts';
import type { OptionInput, OptionValue, TimeValue } from '../../sockets/options.ts';
import type { Expression } from '../language/script.ts';
import type { Difference } from '../packets/compare.ts';
import { Unsupported } from '../unsupported.ts';
import { outcome } from './call-forms.ts';
import { described, fieldOf, numberOf, requiredField } from './evaluate.ts';

const isStructure = (expression: Expression): boolean =>
  expression.kind === 'structure' ||
  (expression.kind === 'list' && expression.elements.length === 1 && expression.elements[0]!.kind === 'structure');

const textOf = (expression: Expression): string | undefined => {
  if (expression.kind === 'string') return expression.value;
  const [only] = expression.kind === 'list' ? expression.elements : [];
  return only?.kind === 'string' ? only.value : undefined;
};

const has = (expression: Expression, name: string): boolean => fieldOf(expression, name) !== undefined;

/** What `setsockopt` is given. */
export function optionInput(expression: Expression): OptionInput {
  const text = textOf(expression);
  if (text !== undefined) return text;
  if (!isStructure(expression)) return numberOf(expression);
  if (has(expression, 'onoff') || has(expression, 'l_onoff')) return lingerOf(expression);
  if (has(expression, 'tv_sec')) return timeValue(expression);
  throw new Unsupported(`this structure as the value of a socket option: ${described(expression)}`);
}

function lingerOf(expression: Expression): { on: boolean; seconds: number } {
  const field = (name: string): number =>
    numberOf(requiredField(expression, has(expression, name) ? name : `l_${name}`));
  return { on: field('onoff') !== 0, seconds: field('linger') };
}

const timeValue = (expression: Expression): TimeValue => ({
  seconds: numberOf(requiredField(expression, 'tv_sec')),
  microseconds: has(expression, 'tv_usec') ? numberOf(requiredField(expression, 'tv_usec')) : 0,
});

/** What `getsockopt` has answered, against what the script says. */
export function optionDifferences(expression: Expression, found: OptionValue): Difference[] {
  if (expression.kind === 'ellipsis') return [];
  const text = textOf(expression);
  if (typeof found === 'string' || text !== undefined) {
    return text === found ? [] : [{ field: 'value', expected: text ?? described(expression), found: String(found) }];
  }
  if (isStructure(expression)) return structureDifferences(expression, found);
  if (expression.kind === 'list' && expression.elements[0]?.kind === 'ellipsis') return [];
  if (typeof found !== 'number') throw new Unsupported('the value of this socket option as a number');
  return outcome('value', numberOf(expression), found);
}

function structureDifferences(expression: Expression, found: OptionValue): Difference[] {
  if (typeof found === 'object' && 'seconds' in found && 'on' in found) {
    const expected = lingerOf(expression);
    return [
      ...outcome('onoff', Number(expected.on), Number(found.on)),
      ...outcome('linger', expected.seconds, found.seconds),
    ];
  }
  if (typeof found === 'number' && has(expression, 'tv_sec')) {
    const { seconds, microseconds } = timeValue(expression);
    return outcome('microseconds', seconds * 1e6 + microseconds, found / MICROSECOND);
  }
  throw new Unsupported('the value of this socket option as a structure');
}
