/**
 * How much V8 may inline into one function, for the process of the command line and all its workers: flags are per process.
 *
 * A segment passes some hundred small functions on its way through the layers, and V8's usual budget of 920 bytes of
 * bytecode for each function that it optimises is soon spent. With 4000 a bulk transfer is 10 % faster (`docs/performance.md`).
 * A library must not do this: flags are its program's own. So it is done here, before anything is optimised, and nowhere
 * else; whoever starts node with a budget of their own keeps it.
 */
import { setFlagsFromString } from 'node:v8';

const FLAG = '--max-inlined-bytecode-size-cumulative';

const given = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
if (!given.some((word) => word.replaceAll('_', '-').startsWith(FLAG))) setFlagsFromString(`${FLAG}=4000`);
