/**
 * Plays one scenario and shows its ladder: `npx tsx test/property/replay.ts '<json>'`, or the path of a JSON file, such
 * as one of test/corpus. What the JSON leaves out is plain. Ends with 4 if a law is broken.
 */
import { readFileSync } from 'node:fs';
import { ladder } from '../../src/trace/ladder.ts';
import { playWithReport } from './report.ts';
import { PLAIN, type Scenario } from './scenario.ts';

const argument = process.argv[2];
if (argument === undefined) {
  console.error(
    'give a scenario: npx tsx test/property/replay.ts \'{"client":[{"do":"write","bytes":10,"calls":1}]}\'',
  );
  process.exit(2);
}
const text = argument.trimStart().startsWith('{') ? argument : readFileSync(argument, 'utf8');
const given = JSON.parse(text) as { readonly scenario?: Partial<Scenario> } & Partial<Scenario>;
try {
  const outcome = playWithReport({ ...PLAIN, ...(given.scenario ?? given) });
  console.log(ladder(outcome.events, { states: true, limit: 200, hosts: ['client', 'server'] }));
  for (const { name, read, written, ending } of outcome.programs) {
    console.log(`${name} wrote ${written} bytes, read ${read}, ended ${ending}`);
  }
  console.log('every law holds');
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 4;
}
