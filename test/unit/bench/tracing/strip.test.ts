/** What is taken out of a source file so that nobody can watch it. */
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { withoutTracing } from '../../../../bench/tracing/strip.ts';

/** Without spaces, since only statements matter. */
const stripped = (source: string): string => withoutTracing(source, 'a.ts').replace(/\s+/g, ' ').trim();

describe('taken out', () => {
  test('is a statement that tells an observer', () => {
    expect(stripped("before(); block.environment.observer?.tcpTimer(1, 'armed'); after();")).toBe(
      'before(); ; after();',
    );
    expect(stripped('this.observer.dropped(frame);')).toBe(';');
  });

  test('is what is done only when somebody watches', () => {
    expect(stripped('if (this.observer !== undefined) this.report(show()); on();')).toBe('; on();');
    expect(stripped('if (a.observer !== undefined) { count(); a.observer.sent(1); }')).toBe(';');
  });

  test('is the rest of a block that ends where nobody watches', () => {
    expect(
      stripped('function tell() { if (observer === undefined) return; note(); observer.acked(1); observer.info?.(); }'),
    ).toBe('function tell() { ; }');
  });

  test('a statement that is all of another leaves an empty one', () => {
    expect(stripped('if (late) observer?.told(); else go();')).toBe('if (late) ; else go();');
  });
});

describe('left as it is', () => {
  test.each([
    'if (isLost) retransmit();',
    'this.observer = parts.observer;',
    'const host = { observer: this.observer?.hostObserver?.(name) };',
    'if (typeof observer === "function") begin();',
  ])('%s', (source) => {
    expect(stripped(source)).toBe(source);
  });
});

test('an observer that is called in the middle of something cannot be taken out, and that is said', () => {
  expect(() => withoutTracing('const told = this.observer?.dropped(1);', 'b.ts')).toThrow(/b\.ts tells an observer/);
});

test('every traced file of the stack can be stripped, and the busiest ones are changed', async () => {
  const changed: string[] = [];
  for (const room of ['layers', 'host', 'sim', 'sockets']) {
    const folder = new URL(`../../../../src/${room}/`, import.meta.url);
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.endsWith('.ts')) continue;
      const source = await readFile(new URL(name, folder), 'utf8');
      if (source.includes('bserver') && withoutTracing(source, name) !== source) changed.push(name);
    }
  }
  for (const busy of ['acknowledgment.ts', 'output.ts', 'direction.ts', 'machine.ts']) {
    expect(changed.some((name) => name.endsWith(busy))).toBe(true);
  }
});
