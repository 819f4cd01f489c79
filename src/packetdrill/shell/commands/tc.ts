/**
 * `tc qdisc` (tc(8)). The emulated device has no queue, so that disciplines which only order what waits change nothing,
 * and pacing is TCP's own. What delays, drops, marks or shapes is Unsupported.
 */
import { Unsupported } from '../../unsupported.ts';
import { DEVICE } from '../host.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { isDevice } from './device.ts';
import { abbreviated, WordList } from './word-list.ts';

/** How much may wait, and in how many queues, in each discipline: none of it shows where nothing waits. */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  bfifo: ['limit'],
  fq: ['limit', 'flow_limit', 'quantum', 'initial_quantum', 'buckets', 'orphan_mask', 'refill_delay', 'timer_slack'],
  fq_codel: ['limit', 'flows', 'target', 'interval', 'quantum', 'memory_limit', 'drop_batch'],
  mq: [],
  noqueue: [],
  pfifo: ['limit'],
  pfifo_fast: [],
  sfq: ['limit', 'perturb', 'quantum', 'divisor', 'depth', 'flows'],
};
/** Words alone. */
const FLAGS: Readonly<Record<string, readonly string[]>> = { fq: ['pacing'], fq_codel: ['noecn'] };

function tc(call: CommandCall): number {
  const [object, written = 'show', ...rest] = call.arguments;
  if (object === undefined || abbreviated(object, ['qdisc']) === undefined) {
    throw new Unsupported(`command tc ${object ?? ''}`.trim());
  }
  const verb = abbreviated(written, ['add', 'change', 'delete', 'del', 'replace', 'show', 'list', 'ls']);
  if (verb === undefined) throw new Unsupported(`command tc qdisc ${written}`);
  const words = new WordList(rest, 'command tc qdisc');
  const isShow = verb === 'show' || verb === 'list' || verb === 'ls';
  let device: string | undefined;
  for (let word = words.next; word !== undefined; word = words.next) {
    if (word === 'dev') {
      words.take();
      device = words.valueOf('dev');
    } else if (word === 'root') words.take();
    else if (word === 'handle' && !isShow) {
      words.take();
      words.valueOf('handle');
    } else break;
  }
  if (device !== undefined && !isDevice(device)) return fails(call, `Cannot find device "${device}"`);
  if (isShow) return show(call, words, device);
  if (device !== DEVICE) throw new Unsupported(`command tc qdisc dev ${device ?? ''}`.trim());
  const discipline = disciplineOf(words);
  const { memory } = call.host;
  if (verb === 'delete' || verb === 'del') {
    if (memory.discipline === undefined) return netlinkFails(call, 'Cannot delete qdisc with handle of zero.');
    memory.discipline = undefined;
    return 0;
  }
  if (discipline === undefined) throw new Unsupported(`command tc qdisc ${verb} without a discipline`);
  if (verb === 'add' && memory.discipline !== undefined) {
    return netlinkFails(call, 'Exclusivity flag on, cannot modify.');
  }
  if (verb === 'change' && memory.discipline !== discipline) return netlinkFails(call, 'Specified qdisc not found.');
  memory.discipline = discipline;
  return 0;
}

function netlinkFails(call: CommandCall, sentence: string): number {
  call.complain(`Error: ${sentence}\n`);
  return 2;
}

function disciplineOf(words: WordList): string | undefined {
  const name = words.take();
  if (name === undefined) return undefined;
  if (!Object.hasOwn(SIZES, name)) throw new Unsupported(`command tc qdisc ${name}`);
  for (let word = words.take(); word !== undefined; word = words.take()) {
    if (FLAGS[name]?.includes(word)) continue;
    if (!SIZES[name]!.includes(word)) throw new Unsupported(`command tc qdisc ${name} ${word}`);
    words.valueOf(word);
  }
  return name;
}

function show(call: CommandCall, words: WordList, device: string | undefined): number {
  if (words.next !== undefined) throw new Unsupported(`command tc qdisc show ${words.next}`);
  const { discipline } = call.host.memory;
  if (device === undefined || device !== DEVICE) call.print('qdisc noqueue 0: dev lo root refcnt 2\n');
  if (device !== undefined && device !== DEVICE) return 0;
  const handle = discipline === undefined ? '0:' : '8001:';
  call.print(`qdisc ${discipline ?? 'noqueue'} ${handle} dev ${DEVICE} root refcnt 2\n`);
  return 0;
}

export const TC_COMMANDS: CommandTable = { tc };
