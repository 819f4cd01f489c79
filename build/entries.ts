/** What the package is entered by: the library, its part for Node's programs, the command, and the workers of its benchmarks and its scripts. */
export const PACKAGE_ENTRIES = {
  index: 'src/index.ts',
  node: 'src/node/index.ts',
  main: 'src/cli/main.ts',
  worker: 'src/cli/bench/worker.ts',
  'packetdrill-worker': 'src/cli/packetdrill/worker.ts',
} as const;
