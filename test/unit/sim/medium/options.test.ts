import { describe, expect, test } from 'vitest';
import type { LinkOptions } from '../../../../src/sim/medium/options.ts';
import { scene } from './scene.ts';

describe('no option is accepted and ignored', () => {
  test.each<[unknown, string]>([
    [{ los: '5%' }, "does not know the option 'los'"],
    [{ loss: 5 }, 'write 5%, not 5'],
    [{ loss: { aToB: '5%', other: '1%' } }, "has 'other' beside aToB and bToA"],
    [{ delay: 20 }, 'delay needs a unit: write 20ms, not 20'],
    [{ rate: '10' }, 'rate needs a unit'],
    [{ rate: '0Mbit/s' }, 'carries nothing'],
    [{ rate: { steps: [] } }, "begins with a step at '0s'"],
    [{ rate: { steps: [{ at: '1s', rate: '1Mbit/s' }] } }, "begins with a step at '0s'"],
    [{ rate: { steps: [{ at: '0s', rate: '0bit/s' }] } }, 'holds its frames for ever'],
    [
      {
        rate: {
          steps: [
            { at: '0s', rate: '1Mbit/s' },
            { at: '0s', rate: '2Mbit/s' },
          ],
        },
      },
      'come one after the other',
    ],
    [{ rate: { steps: [{ at: '0s', rate: '1Mbit/s' }], repeatEvery: '0s' } }, 'cannot repeat every 0s'],
    [{ queue: { frames: 10 } }, 'give a rate as well'],
    [{ overheadBytes: 24 }, 'give a rate as well'],
    [{ rate: '1Mbit/s', queue: { frames: 0 } }, 'droptail: frames is a whole number, 1 or more, not 0'],
    [{ rate: '1Mbit/s', queue: { packets: 10 } }, "the queue droptail does not know 'packets'"],
    [{ rate: '1Mbit/s', queue: { bytes: '0B' } }, 'droptail: bytes is more than nothing'],
    [{ rate: '1Mbit/s', queue: { frames: 1, discipline: () => undefined } }, 'has limits of its own'],
    [{ burstLoss: { loss: '5%', frames: 0.5 } }, '1 frame or longer'],
    [{ burstLoss: { loss: '80%', frames: 2 } }, 'make them 4 or longer'],
    [{ burstLoss: { loss: '100%', frames: 2 } }, 'must lie between'],
    [{ burstLoss: { loss: '5%', frames: 2, h: '90%', k: '50%' } }, 'h 0.9 is not below k 0.5'],
    [{ burstLoss: { loss: '0%', frames: 0 } }, '1 frame or longer'],
    [{ drop: {} }, 'one of them'],
    [{ drop: { every: 0 } }, 'drop.every is a whole number'],
    [{ drop: { ordinals: [0] } }, 'a number in drop.ordinals'],
    [{ reorder: { probability: '5%', frames: 2, by: '5ms' } }, 'not both'],
    [{ reorder: { probability: '5%', frames: 0 } }, 'reorder.frames is a whole number'],
    [{ jitter: { distribution: 'pareto', maximum: '5ms' } }, "'uniform' or 'normal'"],
    [{ jitter: { distribution: 'uniform', maximum: '5ms', mean: '1ms' } }, "does not know 'mean'"],
    [{ mtuBytes: 67 }, 'mtuBytes is a whole number, 68 or more'],
    [{ down: { outages: [] } }, 'at least one outage'],
    [{ down: { outages: [{ from: '2s', to: '1s' }] } }, 'must last'],
    [{ down: { outages: [{ from: '0s', to: '3s' }], repeatEvery: '2s' } }, 'end before they repeat'],
    [{ faults: 'drop all' }, 'a fault list is an array'],
  ])('%j', (options, sentence) => {
    expect(() => scene(options as LinkOptions)).toThrow(RangeError);
    expect(() => scene(options as LinkOptions)).toThrow(sentence);
  });

  test('a port takes one receiver', () => {
    const { link } = scene();
    expect(() => link.ports[0].attach({ receive: () => undefined })).toThrow('detach it first');
  });
});
