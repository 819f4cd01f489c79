/**
 * Runs every mutant of the scripts (`script-mutants.ts`), and sorts those that pass all the same by the reason why.
 */
import { parseScript } from '../../src/packetdrill/language/parse.ts';
import { runParsed } from '../../src/packetdrill/run/run-script.ts';
import { profileOf } from '../../src/packetdrill/shell/profile.ts';
import { familiesOf, type ScriptFile } from './script-files.ts';
import { type Mutant, mutantsOf } from './script-mutants.ts';

export interface Survivor {
  readonly script: string;
  readonly line: number;
  readonly what: string;
  /** Why nobody can notice; `undefined` if nobody knows. */
  readonly reason: string | undefined;
}

export interface MutationReport {
  readonly mutants: number;
  readonly survivors: readonly Survivor[];
}

/** Runs the mutants of one script, in its first family. */
export function mutate(file: ScriptFile): MutationReport {
  const [run] = familiesOf(file);
  const script = parseScript(file.text);
  const settings = { ...run!.settings, profile: profileOf(file.text) };
  const mutants = mutantsOf(script);
  const survivors = mutants
    .filter((mutant) => runParsed(file.name, mutant.script, settings).verdict === 'pass')
    .map((mutant) => ({
      script: file.name,
      line: mutant.line,
      what: mutant.what,
      reason: reasonOf(mutant, mutants),
    }));
  return { mutants: mutants.length, survivors };
}

/** The rules of packetdrill that let a mutant pass. */
function reasonOf({ kind, line }: Mutant, all: readonly Mutant[]): string | undefined {
  const lastPacket = Math.max(...all.filter((mutant) => mutant.kind === 'dropped packet').map((mutant) => mutant.line));
  if (kind === 'timestamp value') return 'timestamps of the host are mapped, not compared, without --tcp_ts_tick_usecs';
  if (kind === 'dropped packet' && line === lastPacket)
    return 'packets that are left over when a script ends are not looked at';
  return undefined;
}
