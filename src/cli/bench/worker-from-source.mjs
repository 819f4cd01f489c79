/**
 * The worker where there is no build: under tsx and vitest. Node's workers do not take over the loader of their parent.
 * `execArgv: ['--import', 'tsx']` would do as well, but what is loaded so runs four times slower (tsx 4.23.15, Node 20).
 */
import { register } from 'tsx/esm/api';

register();
const { default: measure } = await import('./worker.ts');

export default measure;
