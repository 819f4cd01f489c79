/**
 * The verb `demo`: runs an example of `examples/` and shows what its programs print, and the ladder.
 */
import type { Command } from 'commander';
import { asTyped } from './as-typed.ts';
import { CliError, EXIT } from './exit.ts';
import { numberFrom } from './number-argument.ts';
import { output } from './output.ts';

/** What every example offers. */
interface Example {
  readonly run: (options: { readonly seed?: number }) => Promise<{
    readonly printed: readonly string[];
    /** Programs that still wait, and for what. */
    readonly waiting: readonly string[];
    readonly ladder: string;
  }>;
}

interface Demo {
  readonly what: string;
  readonly load: () => Promise<Example>;
}

const DEMOS: Readonly<Record<string, Demo>> = {
  'udp-upper': {
    what: 'a client sends a sentence by UDP, a server sends it back in capitals',
    load: () => import('../../examples/udp-upper.ts'),
  },
  'tcp-upper': {
    what: 'the same over TCP: the handshake, the welcoming socket, the close',
    load: () => import('../../examples/tcp-upper.ts'),
  },
  villagers: {
    what: 'a server with settimeout(10): the boy who connects and stays silent has three strikes',
    load: () => import('../../examples/villagers.ts'),
  },
  'select-chat': {
    what: 'a chat: one server watches all its guests with select',
    load: () => import('../../examples/select-chat.ts'),
  },
};

interface DemoArguments {
  readonly seed: number;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  wirelab demo                 lists them
  wirelab demo tcp-upper       runs one and draws its ladder
`;

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('run an example program and draw its ladder')
    .description('Runs an example: programs on emulated hosts, what they print, and every frame between them.')
    .argument('[name]', 'which one; all are listed if left out')
    .option('--seed <number>', 'every die of the run follows from it', numberFrom('--seed', 0), 1)
    .option('--json', 'one JSON object instead of text')
    .addHelpText('after', EXAMPLES)
    .action(demo);
}

async function demo(name: string | undefined, given: DemoArguments): Promise<void> {
  const out = output(process.stdout);
  if (name === undefined) {
    await out.write(given.json === true ? `${JSON.stringify(list())}\n` : listText());
  } else {
    const found = Object.hasOwn(DEMOS, name) ? DEMOS[name] : undefined;
    if (found === undefined) {
      throw new CliError(EXIT.usage, `there is no demo '${name}': use one of ${Object.keys(DEMOS).join(', ')}.`);
    }
    const { run } = await found.load();
    const { printed, waiting, ladder } = await run({ seed: given.seed });
    if (given.json === true) {
      await out.write(`${JSON.stringify({ demo: name, seed: given.seed, printed, waiting, ladder })}\n`);
    } else {
      await out.write(`${[...printed, '', ladder].join('\n')}`);
      for (const line of waiting) await out.write(`still waiting: ${line}\n`);
      await out.write(`repeat: ${asTyped(`wirelab demo ${name} --seed ${given.seed}`)}\n`);
    }
  }
  await out.end();
}

const list = (): { readonly demo: string; readonly what: string }[] =>
  Object.entries(DEMOS).map(([name, { what }]) => ({ demo: name, what }));

const listText = (): string =>
  list()
    .map(({ demo: name, what }) => `${name.padEnd(12)} ${what}\n`)
    .join('');
