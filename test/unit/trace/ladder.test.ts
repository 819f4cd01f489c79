import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../src/trace/events.ts';
import { type LadderSettings, ladder } from '../../../src/trace/ladder.ts';
import type { Direction } from '../../../src/trace/medium-observer.ts';
import { eventfulRun, FORTH, segmentFrame } from './run.ts';

const draw = (settings: LadderSettings = {}, isn?: number): string =>
  ladder(eventfulRun({}, isn).recorder.events(), settings);

const lines = (text: string): string[] => text.split('\n').slice(0, -1);

describe('the ladder', () => {
  test('shows what was said, what was lost and why, what was sent again and why, copies, damage, overtaking', () => {
    expect(draw({ states: true, calls: true, subtitles: { alice: '10.0.0.1', bob: '10.0.0.2' } })).toBe(
      `         ms  alice                                               bob     arrives
             10.0.0.1                                       10.0.0.2
             │                                                     │
      0.000  ● connect(10.0.0.2:80)                                │
      0.000  ● SYN-SENT                                            │
      0.000  ├── SYN seq 0 win 1000 <mss 1460> ───────────────────▶│      20.000
     20.000  │◀───────── SYN ACK seq 0 ack 1 win 1000 <mss 1460> ──┤      40.000
     40.000  ● ESTABLISHED                                         │
     40.000  ├── ACK 1 win 1000 ──────────────────────────────────▶│      40.000
     40.000  ├── PSH ACK seq 1:6 (5) ack 1 ─✗ lost at random       │
     42.000  ├── ACK seq 6:12 (6) ack 1 win 1000 ─────────────────▶│      92.000
     43.000  ├── ACK seq 12:18 (6) ack 1 win 1000 ────────────────▶│      63.000  overtakes
    +197 ms  ⋮                                                     ⋮
    240.000  ├── ↻ RTO PSH ACK seq 1:6 (5) ack 1 win 1000 ────────▶│     260.000
    241.000  ├── ×2 PSH ACK seq 1:6 (5) ack 1 win 1000 ──────────≠▶│     261.000  ✗ tcp bad checksum
    261.000  │◀───────────────────────────────── ACK 18 win 1000 ──┤     281.000
             │                                                     │
`,
    );
  });

  test('is the same wherever sequence numbers begin', () => {
    expect(draw({}, -1)).toBe(draw({}, 0x7fff_ffff));
    expect(draw({}, 0)).toBe(draw({}, 0x7fff_ffff));
  });

  test('in a narrow terminal says less, and in ASCII the same', () => {
    expect(draw({ width: 60, ascii: true, limit: 5 })).toBe(
      `         ms  alice                                       bob
             |                                             |
      0.000  |-- SYN seq 0 win 1000 <mss 1460> ----------->|
     20.000  |<---------- SYN ACK seq 0 ack 1 <mss 1460> --|
     40.000  |-- ACK 1 win 1000 -------------------------->|
     40.000  |-- PSH ACK seq 1:6 (5) -X lost at random     |
     42.000  |-- ACK seq 6:12 (6) ack 1 win 1000 --------->|
             :                                             :
             ~ 4 more frames
`,
    );
  });

  test.each([40, 50, 60, 72, 80, 100, 120, 200])('keeps within %d columns', (width) => {
    for (const ascii of [false, true]) {
      const drawn = lines(draw({ width, ascii, states: true, calls: true }));
      expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(width);
      //       if (ascii) expect(drawn.join('')).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  test('draws so many frames as it is told, and says how many there are more', () => {
    const drawn = lines(draw({ limit: 4 }));
    expect(drawn.at(-1)?.trim()).toBe('… 5 more frames');
    expect(drawn.filter((line) => /[▶◀✗]/.test(line))).toHaveLength(4);
    expect(draw({ limit: 8 })).toContain('… 1 more frame\n');
    expect(draw({ limit: 9 })).not.toContain('more');
  });

  test('has no escape sequences unless somebody paints', () => {
    expect(draw()).not.toContain('\u001b');
    const styles = new Set<string>();
    const painted = draw({
      states: true,
      paint: (style, text) => {
        styles.add(style);
        return `\u001b[1m${text}\u001b[0m`;
      },
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are removed
    expect(painted.replaceAll(/\u001b\[\dm/g, '').replaceAll(/ +$/gm, '')).toBe(draw({ states: true }));
    expect([...styles].sort()).toEqual(
      ['acknowledgment', 'again', 'changed', 'data', 'event', 'lost', 'name', 'open', 'time'].sort(),
    );
  });

  test('several hosts stand side by side, and an arrow goes through those between', () => {
    const direction = (from: string, to: string): Direction => ({ link: 'x', from: `${from}.eth0`, to: `${to}.eth0` });
    const bytes = segmentFrame(FORTH, {});
    let serial = 0;
    const passage = (time: number, over: Direction): TraceEvent[] => {
      serial++;
      return [
        { kind: 'frame-sent', time, direction: over, serial, bytes },
        { kind: 'frame-delivered', time: time + 1e6, direction: over, serial, bytes },
      ];
    };
    const events = [
      ...passage(0, direction('alice', 'router')),
      ...passage(1e6, direction('router', 'bob')),
      ...passage(2e6, direction('bob', 'alice')),
    ];
    expect(ladder(events, { width: 80, hosts: ['alice', 'router', 'bob'] })).toBe(
      `         ms  alice                         router                            bob
             │                                │                                │
      0.000  ├── ACK 1 win 1000 ─────────────▶│                                │
      1.000  │                                ├── ACK 1 win 1000 ─────────────▶│
      2.000  │◀───────────────────────────────┼────────────── ACK 1 win 1000 ──┤
             │                                │                                │
`,
    );
    const onlyTwo = ladder(events, { hosts: ['alice', 'router'] });
    expect(onlyTwo).not.toContain('bob');
    expect(lines(onlyTwo)).toHaveLength(4);
  });

  test('without frames there is nothing to draw', () => {
    expect(ladder([])).toBe('(no frames)\n');
  });
});
