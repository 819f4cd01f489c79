import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: { benchmark: { include: ['bench/**/*.bench.ts'] }, maxWorkers: 1, fileParallelism: false },
};

export default config;
