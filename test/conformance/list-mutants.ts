/** `npm run mutants`: the mutants of the scripts that pass all the same, and why. */
import { mutate } from './mutants.ts';
import { scriptFiles } from './script-files.ts';

const files = scriptFiles();
let mutants = 0;
let survivors = 0;
for (const file of files) {
  const report = mutate(file);
  mutants += report.mutants;
  survivors += report.survivors.length;
  for (const { script, line, what, reason } of report.survivors) {
    console.log(`${script}:${line}: ${what}: ${reason ?? 'nobody knows why'}`);
  }
}
const share = ((100 * (mutants - survivors)) / mutants).toFixed(2);
console.log(`${files.length} scripts, ${mutants} mutants, ${survivors} pass: ${share} % are caught`);
