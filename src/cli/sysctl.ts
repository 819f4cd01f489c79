/** The verb `sysctl`: which settings there are by the names of kernels, and what they take. */
import type { Command } from 'commander';
import { SYSCTL_NAMES, sysctlValues } from '../host/sysctl.ts';
import { output } from './output.ts';

const EXAMPLES = `
Examples:
  wirelab sysctl
  wirelab sysctl tcp_recovery
  wirelab transfer --sysctl net.ipv4.tcp_sack=0 --sysctl net.ipv4.tcp_rmem='4096 65536 65536'
`;

export function registerSysctl(program: Command): void {
  program
    .command('sysctl')
    .summary('list the settings that --sysctl knows')
    .description('Lists the settings of Linux and FreeBSD that --sysctl knows, and the values that each of them takes.')
    .argument('[part]', 'only names that contain this')
    .option('--json', 'one JSON object instead of text')
    .addHelpText('after', EXAMPLES)
    .action(async (part: string | undefined, { json }: { readonly json?: true }) => {
      const names = SYSCTL_NAMES.filter((name) => part === undefined || name.includes(part));
      const out = output(process.stdout);
      if (json === true) {
        await out.write(`${JSON.stringify(Object.fromEntries(names.map((name) => [name, sysctlValues(name)])))}\n`);
      } else {
        const width = Math.max(0, ...names.map((name) => name.length));
        await out.write(names.map((name) => `${name.padEnd(width)}  ${sysctlValues(name)}\n`).join(''));
        if (names.length === 0) await out.write(`no sysctl has "${part}" in its name\n`);
      }
      await out.end();
    });
}
