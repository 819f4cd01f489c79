/** `nstat` of Linux (nstat(8)): what the host has counted, since it began or since it was asked last. */
import { Unsupported } from '../../unsupported.ts';
import type { CommandCall, CommandTable } from './command.ts';
import { readFlags } from './flags.ts';

const LONG = { ignore: 'a', nooutput: 'n', noupdate: 's', reset: 'r', zeros: 'z' };

function nstat(call: CommandCall): number {
  const { memory } = call.host;
  const flags = readFlags(call, { alone: 'anrsz', long: LONG, anywhere: true });
  const counters = call.host.counters();
  const names = namesOf(flags.rest, counters);
  const isAbsolute = flags.has('a') || flags.has('r');
  if (!flags.has('n')) {
    call.print('#kernel\n');
    for (const name of names) {
      const value = counters.get(name)! - (isAbsolute ? 0 : (memory.counters.get(name) ?? 0));
      if (value !== 0 || flags.has('z'))
        call.print(`${name.padEnd(32)}${String(value).padEnd(16)}${'0.0'.padStart(6)}\n`);
    }
  }
  if (!flags.has('s')) memory.counters = new Map(counters);
  return 0;
}

/** The counters that are meant, in their order. @throws {Unsupported} for one that the host does not count */
function namesOf(asked: readonly string[], counters: ReadonlyMap<string, number>): readonly string[] {
  const known = [...counters.keys()];
  if (asked.length === 0) return known;
  const fits = asked.map((pattern) => {
    const isFitting = globTest(pattern);
    if (!known.some(isFitting)) throw new Unsupported(`counter ${pattern}`);
    return isFitting;
  });
  return known.filter((name) => fits.some((isFitting) => isFitting(name)));
}

/** `TcpExt*`: `*` is any text, `?` any letter. */
function globTest(pattern: string): (name: string) => boolean {
  if (!/^[\w*?]{1,64}$/.test(pattern)) throw new Unsupported(`counter ${pattern}`);
  return (name) => {
    /** Up to where the letters of the pattern may have been used up. */
    let ends = new Set([0]);
    for (const sign of pattern) {
      const next = new Set<number>();
      for (const end of ends) {
        if (sign === '*') for (let at = end; at <= name.length; at++) next.add(at);
        else if (end < name.length && (sign === '?' || sign === name[end])) next.add(end + 1);
      }
      ends = next;
    }
    return ends.has(name.length);
  };
}

export const NSTAT_COMMANDS: CommandTable = { nstat };
