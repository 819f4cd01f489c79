/**
 * The options at the top of a script, and the names that they define: `--ip_version=ipv4`, `--define=NAME=TEXT`,
 * `-D NAME=TEXT`. Which options there are is for the runner to say.
 */
import type { Cursor } from './cursor.ts';
import { inQuotes } from './in-quotes.ts';
import type { ScriptOption } from './script.ts';
import { ScriptError } from './script-error.ts';

/** A value ends at white space. */
const OPTION = /--([A-Za-z][\w-]*)(?:=(\S*))?(?!\S)|-(D)[^\S\n]*([^\s=]+=\S*)|-([A-Za-z])(?!\S)/y;
const DEFINITION = /^([A-Za-z_]\w*)=(.*)$/s;

export function parseOptions(cursor: Cursor): readonly ScriptOption[] {
  const options: ScriptOption[] = [];
  while (cursor.sees('-')) {
    const { place } = cursor;
    const match = cursor.matches(OPTION);
    if (match === undefined) throw cursor.error('an option is --name, --name=value or -D NAME=VALUE');
    const [, long, value = '', define, definition = value, short] = match;
    options.push({ place, name: long ?? define ?? short ?? '', value: definition });
  }
  return options;
}

/** What the options define; of several definitions of a name the last counts. */
export function definitionsOf(options: readonly ScriptOption[]): ReadonlyMap<string, string> {
  const definitions = new Map<string, string>();
  for (const { place, name, value } of options) {
    if (name !== 'define' && name !== 'D') continue;
    const [, defined, text] = DEFINITION.exec(value) ?? [];
    if (defined === undefined || text === undefined) {
      throw new ScriptError(place, `a definition is NAME=VALUE, not ${inQuotes(value)}`);
    }
    definitions.set(defined, text);
  }
  return definitions;
}
