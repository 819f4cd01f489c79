/** What the package is entered by: the library, the command, and the worker of its benchmarks. */
export const PACKAGE_ENTRIES = {
  index: 'src/index.ts',
  main: 'src/cli/main.ts',
  worker: 'src/cli/bench/worker.ts',
} as const;
