/** The worker where there is no build, as `bench/worker-from-source.mjs` has it. */
import { register } from 'tsx/esm/api';

register();
const { default: runTask } = await import('./worker.ts');

export default runTask;
