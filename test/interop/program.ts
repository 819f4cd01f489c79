/**
 * The rule for tests that need a program of the system: where it is missing they say so and skip; with CI=true they fail,
 * because there it is part of the set-up.
 */
import { spawnSync } from 'node:child_process';
import { test } from 'vitest';

/** Whether `program` can be run. @param versionArguments what makes it say something and end */
export function isInstalled(program: string, versionArguments: readonly string[] = ['--version']): boolean {
  return spawnSync(program, versionArguments, { stdio: 'ignore' }).error === undefined;
}

/**
 * `test`, if `program` is there; else a `test` that skips, or with CI=true fails, and says why.
 * @example testWith('tshark')('agrees with tshark', () => …)
 */
export function testWith(program: string, versionArguments?: readonly string[]): typeof test {
  if (isInstalled(program, versionArguments)) return test;
  const sentence = `${program} is not installed`;
  if (process.env.CI === 'true') {
    test(`${program} is installed`, () => {
      throw new Error(`${sentence}, and with CI=true it must be: see .ci/run`);
    });
  } else {
    console.warn(`${sentence}: the tests that need it are skipped`);
  }
  return test.skip as typeof test;
}
