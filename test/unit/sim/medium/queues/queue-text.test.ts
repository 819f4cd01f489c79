import { describe, expect, test } from 'vitest';
import type { QueueDiscipline } from '../../../../../src/sim/medium/queues/queue-discipline.ts';
import {
  QUEUE_NAMES,
  QUEUE_PARAMETERS,
  type QueueOptions,
} from '../../../../../src/sim/medium/queues/queue-options.ts';
import { formatQueue, parseQueue } from '../../../../../src/sim/medium/queues/queue-text.ts';
import { scene } from '../scene.ts';
import { datagram } from './datagram.ts';
import { queueStage } from './queue-stage.ts';

describe('a queue in one text', () => {
  test.each<[string, object]>([
    ['417', { frames: 417 }],
    ['droptail:frames=417,mark=65', { discipline: 'droptail', frames: 417, mark: 65 }],
    ['droptail:bytes=64KiB,mark=1ms', { discipline: 'droptail', bytes: '64KiB', mark: '1ms' }],
    ['codel', { discipline: 'codel' }],
    ['fq_codel:limit=1000,ecn', { discipline: 'fq_codel', limit: 1000, ecn: true }],
    ['fq_codel:ecn=false', { discipline: 'fq_codel', ecn: false }],
    ['red:min=30,max=90,weight=0.002', { discipline: 'red', min: 30, max: 90, weight: 0.002 }],
    ['red:min=45kB,max=135kB', { discipline: 'red', min: '45kB', max: '135kB' }],
    ['pie:target=15ms,ecn', { discipline: 'pie', target: '15ms', ecn: true }],
    [' dualpi2:scheduler=tsfifo, share=5% ', { discipline: 'dualpi2', scheduler: 'tsfifo', share: '5%' }],
  ])('%s', (text, options) => {
    expect(parseQueue(text)).toEqual(options);
    expect(parseQueue(formatQueue(options as never))).toEqual({ discipline: 'droptail', ...options });
  });

  test('means the same as the object', () => {
    const run = (queue: string | QueueOptions) => {
      const stage = scene({ rate: '1Mbit/s', queue });
      for (let id = 0; id < 200; id++) stage.sendBytes(datagram({ id, length: 500, ecn: 2 }));
      stage.time.run();
      return stage.log;
    };
    expect(run('codel:target=2ms,interval=20ms,ecn')).toEqual(
      run({ discipline: 'codel', target: '2ms', interval: '20ms', ecn: true }),
    );
    expect(run('3')).toEqual(run({ frames: 3 }));
  });
});

describe('what makes no sense is refused with a sentence', () => {
  test.each<[unknown, string]>([
    ['fifo', "there is no queue 'fifo': use droptail, red, codel, fq_codel, pie, dualpi2, or a number of frames"],
    ['', "there is no queue ''"],
    ['0', 'droptail: frames is a whole number, 1 or more, not 0'],
    ['codel:', "the queue codel does not know '': use limit, target, interval, ecn, mark"],
    ['codel:quantum=3', "the queue codel does not know 'quantum': use limit, target, interval, ecn, mark"],
    ['codel:toString=3', "does not know 'toString'"],
    ['codel:target', 'the queue codel needs a value for target: target=…'],
    ['codel:ecn,ecn', "the queue codel has 'ecn' twice"],
    ['codel:ecn=yes', 'codel: ecn is true or false, not "yes"'],
    ['codel:target=5', 'codel: target needs a unit: write 5ms, not 5'],
    ['codel:interval=0ms', 'codel: interval is longer than that, not "0ms"'],
    ['codel:limit=0', 'codel: limit is a whole number, 1 or more, not 0'],
    ['codel:limit=0kB', 'codel: limit is more than nothing, not "0kB"'],
    ['codel:limit=ten', 'codel: limit is written like \'1500B\', not "ten"'],
    ['codel:mark=5mm', "codel: mark has the unknown unit 'mm'"],
    ['droptail:mark=-1', 'droptail: mark is written like \'1500B\', not "-1"'],
    ['fq_codel:flows=0', 'fq_codel: flows is a whole number, from 1 to 65536, not 0'],
    ['fq_codel:quantum=1514', 'fq_codel: quantum needs a unit: write 1514B, not 1514'],
    ['red:min=10,max=10', 'red: max is more than min, not 10'],
    ['red:min=10,max=30kB', 'red: max is in frames if min is, and in bytes if min is, not "30kB"'],
    ['red:weight=0', 'red: weight is a number from'],
    ['red:probability=20', 'red: probability is a probability'],
    ['pie:alpha=x', 'pie: alpha is a number, 0 or more, not "x"'],
    ['dualpi2:scheduler=fifo', 'dualpi2: scheduler is wrr or tsfifo, not "fifo"'],
    ['dualpi2:coupling=0.5', 'dualpi2: coupling is a number, 1 or more, not 0.5'],
    [{ discipline: 'sfq' }, "there is no queue 'sfq': use droptail, red, codel, fq_codel, pie, dualpi2"],
    [{ discipline: 'pie', interval: '100ms' }, "the queue pie does not know 'interval'"],
    [{ discipline: 'codel', frames: 10 }, "the queue codel does not know 'frames'"],
    [{ discipline: 'codel', ecn: 1 }, 'codel: ecn is true or false, not 1'],
  ])('%j', (queue, sentence) => {
    expect(() => queueStage(queue as QueueOptions)).toThrow(RangeError);
    expect(() => queueStage(queue as QueueOptions)).toThrow(sentence);
  });

  test('a queue without a line', () => {
    expect(() => scene({ queue: 'codel' })).toThrow('give a rate as well');
  });
});

/** A value other than the usual one for each parameter, and something that shows whether it is heeded. */
const OTHER_VALUES: Readonly<Record<string, string>> = {
  frames: '7',
  bytes: '900B',
  limit: '7',
  mark: '2',
  min: '1',
  max: '6',
  weight: '0.9',
  probability: '100%',
  gentle: 'false',
  frame: '64B',
  ecn: '',
  target: '1ms',
  interval: '3ms',
  quantum: '100B',
  flows: '1',
  batch: '1',
  update: '2ms',
  burst: '0ms',
  alpha: '90',
  beta: '900',
  markBelow: '100%',
  derandomize: 'false',
  cap: 'false',
  idleStart: '',
  departureRate: '',
  rtt: '2ms',
  coupling: '7',
  step: '20ms',
  ramp: '50ms',
  scheduler: 'tsfifo',
  share: '50%',
  shift: '1ms',
};

/** What the parameter needs beside it to matter in the traffic below. */
const BESIDE: Readonly<Record<string, string>> = {
  'red weight': 'min=20,max=40',
  'red probability': 'min=20,max=90,weight=0.5',
  'red gentle': 'min=3,max=9,weight=0.5',
  'red frame': 'weight=0.2,min=2,max=9,frame=100kB',
  'red max': 'min=4',
  'red ecn': 'min=2,max=90,weight=0.5',
  'red limit': 'min=500',
  'red min': 'max=60,weight=0.5',
  'codel ecn': 'target=1ms,interval=5ms',
  'fq_codel batch': 'limit=20',
  'fq_codel ecn': 'target=1ms,interval=5ms,ecn=false',
  'pie markBelow': 'burst=0ms,alpha=30,ecn',
  'pie ecn': 'burst=0ms,alpha=10,markBelow=100%',
  'pie derandomize': 'burst=0ms,alpha=30',
  'pie cap': 'burst=0ms,alpha=30',
  'pie idleStart': 'burst=0ms,alpha=30',
  'pie departureRate': 'burst=0ms,alpha=30',
  'pie burst': 'alpha=30',
  'pie target': 'burst=0ms,alpha=30',
  'pie update': 'burst=0ms,alpha=30',
  'pie alpha': 'burst=0ms',
  'pie beta': 'burst=0ms,alpha=30',
  'dualpi2 shift': 'scheduler=tsfifo',
  'dualpi2 ecn': 'ecn=false',
};

/** All that is seen of a queue into which more comes than goes, in bursts of three flows. */
function seen(text: string): string {
  const { comes, goes, drops, marks } = queueStage<QueueDiscipline>(text);
  const gone: (number | undefined)[] = [];
  for (let time = 0; time < 400; time++) {
    const burst = time % 40 < 25 ? (time % 40 < 5 ? 6 : 1) : 0;
    for (let more = 0; more < burst; more++) {
      const id = time * 10 + more;
      comes(time * 1e6, { id, length: 100 + ((id * 37) % 900), flow: more % 3, ecn: [0, 1, 2, 2][id % 4]! });
    }
    gone.push(goes(time * 1e6 + 7e5));
  }
  return JSON.stringify([gone, drops.map(({ id }) => id), marks.map(({ id }) => id)]);
}

describe('no parameter is taken and ignored', () => {
  for (const name of QUEUE_NAMES) {
    for (const key of Object.keys(QUEUE_PARAMETERS[name])) {
      test(`${name}: ${key}`, () => {
        const beside = BESIDE[`${name} ${key}`];
        const plain = beside === undefined ? name : `${name}:${beside}`;
        const value = OTHER_VALUES[key]!;
        const words = (beside ?? '').split(',').filter((word) => word !== '' && !word.startsWith(`${key}=`));
        const other = `${name}:${[...words, value === '' ? key : `${key}=${value}`].join(',')}`;
        expect(seen(other)).not.toBe(seen(plain));
      });
    }
  }
});

test('a queue’s dice are its own: with them or without, losses hit the same frames', () => {
  const lost = (queue: string): number[] => {
    const stage = scene({ rate: '100Mbit/s', loss: '20%', queue });
    for (let id = 0; id < 300; id++) stage.sendAt(id * 1e5, id, 100);
    stage.time.run();
    return stage.drops.map(({ id }) => id);
  };
  const plain = lost('100');
  expect(plain.length).toBeGreaterThan(30);
  for (const queue of ['red', 'fq_codel', 'pie']) expect(lost(queue)).toEqual(plain);
});

test('one of your own is used as it is', () => {
  const none: QueueDiscipline = { frames: 7, bytes: 700, enqueue: () => undefined, dequeue: () => undefined };
  const { link } = scene({ rate: '1Mbit/s', queue: { discipline: () => none } });
  expect(link.aToB.line).toMatchObject({ waitingFrames: 7, waitingBytes: 700 });
  expect(link.queueReports().map(({ queue }) => queue)).toEqual(['own', 'own']);
});
