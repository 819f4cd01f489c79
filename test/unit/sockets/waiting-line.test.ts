import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/layers/clock.ts';
import { failure } from '../../../src/sockets/errno.ts';
import { type Patience, WaitingLine } from '../../../src/sockets/waiting-line.ts';
import { VirtualPrograms } from './virtual-programs.ts';

const AGAIN = failure('EAGAIN');

function rig() {
  const programs = new VirtualPrograms();
  const line = new WaitingLine(programs, programs.time);
  const log: string[] = [];
  const stock: number[] = [];
  const take = (): number => stock.shift() ?? AGAIN;
  const patience = (over: Partial<Patience> = {}): Patience => ({
    timeoutNs: Infinity,
    signal: undefined,
    what: 'bread',
    timedOut: () => new Error('too late'),
    ...over,
  });
  const attempt = (name: string, over: Partial<Patience> = {}): Promise<void> =>
    line.attempt(take, patience(over)).then(
      (result) => void log.push(`${name} ${result === AGAIN ? 'again' : result} at ${programs.now() / SECOND}`),
      (error: Error) => void log.push(`${name} ${error.message} at ${programs.now() / SECOND}`),
    );
  return { programs, line, log, stock, attempt };
}

describe('WaitingLine', () => {
  test('a call that succeeds at once does not wait', async () => {
    const { programs, log, stock, attempt } = rig();
    stock.push(7);
    attempt('a');
    expect(programs.waiting.size).toBe(0);
    await programs.run();
    expect(log).toEqual(['a 7 at 0']);
  });

  test('first come, first served, even for one who comes when there is something again', async () => {
    const { programs, line, log, stock, attempt } = rig();
    attempt('a');
    attempt('b');
    stock.push(1);
    attempt('c');
    expect(stock).toEqual([1]);
    stock.push(2);
    line.wake();
    await programs.run();
    expect(log).toEqual(['a 1 at 0', 'b 2 at 0']);
    stock.push(3);
    line.wake();
    await programs.run();
    expect(log).toEqual(['a 1 at 0', 'b 2 at 0', 'c 3 at 0']);
  });

  test('nothing is tried inside the call of wake', async () => {
    const { programs, line, log, stock, attempt } = rig();
    attempt('a');
    stock.push(1);
    line.wake();
    expect(stock).toEqual([1]);
    await programs.run();
    expect(log).toEqual(['a 1 at 0']);
  });

  test('says what it waits for as long as it waits', async () => {
    const { programs, line, stock, attempt } = rig();
    attempt('a');
    await programs.run();
    expect([...programs.waiting]).toEqual(['bread']);
    stock.push(1);
    line.wake();
    await programs.run();
    expect(programs.waiting.size).toBe(0);
  });

  test('time runs out exactly when it should, and the next one moves up', async () => {
    const { programs, line, log, stock, attempt } = rig();
    attempt('a', { timeoutNs: 2 * SECOND });
    attempt('b', { timeoutNs: 5 * SECOND });
    await programs.run(3 * SECOND);
    expect(log).toEqual(['a too late at 2']);
    stock.push(1);
    line.wake();
    await programs.run();
    expect(log).toEqual(['a too late at 2', 'b 1 at 2']);
    expect(programs.time.idle).toBe(true);
  });

  test('without patience it does not wait, and does not overtake', async () => {
    const { programs, log, stock, attempt } = rig();
    attempt('a', { timeoutNs: 0 });
    attempt('b');
    stock.push(1);
    attempt('c', { timeoutNs: 0 });
    await programs.run();
    expect(log).toEqual(['a again at 0', 'c again at 0']);
  });

  test('an aborted signal ends the wait, or keeps it from starting', async () => {
    const { programs, log, attempt } = rig();
    const controller = new AbortController();
    attempt('a', { signal: controller.signal });
    controller.abort(new Error('never mind'));
    attempt('b', { signal: controller.signal });
    await programs.run();
    expect(log).toEqual(['a never mind at 0', 'b never mind at 0']);
    expect(programs.waiting.size).toBe(0);
  });

  test('a wait that is over leaves nothing at the signal', async () => {
    const { programs, line, log, stock, attempt } = rig();
    const { signal } = new AbortController();
    attempt('a', { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    stock.push(1);
    line.wake();
    await programs.run();
    expect(log).toEqual(['a 1 at 0']);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('everybody can be sent away', async () => {
    const { programs, line, log, attempt } = rig();
    attempt('a');
    attempt('b', { timeoutNs: SECOND });
    line.dismiss(() => new Error('closed'));
    await programs.run();
    expect(log).toEqual(['a closed at 0', 'b closed at 0']);
    expect(line.isEmpty).toBe(true);
    expect(programs.time.idle).toBe(true);
  });
});
