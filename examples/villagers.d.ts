/**
 * The villagers' server: it gives each boy ten seconds to say where the wolf is. Who stays silent three times is not
 * believed any more. Line for line the lecture's TCPServer (Villagers), with what it leaves open kept as it is:
 * - A boy who connects and closes at once is no timeout: `recv` gives nothing, and the hunter is sent to no place.
 * - `accept` has no timeout: without boys the villagers wait for ever.
 * - In Python 3 `send('hunter sent')` is a TypeError, for text is no bytes. Here text is sent as UTF-8.
 *
 *     npx tsx examples/villagers.ts
 */
import { type Program } from '../src/index.ts';
import { type Played } from './stage.ts';
export declare function villagers({ socket, print, decode }: Program): Promise<void>;
/** What a boy does once he is connected: says where the wolf is, says nothing, or closes at once. */
export type Deed = 'wolf' | 'silence' | 'close';
/** A boy who comes again and again; each time he waits until the villagers have closed. */
export declare function boy(deeds: readonly Deed[]): (program: Program) => Promise<void>;
export interface VillagersOptions {
    readonly seed?: number;
    readonly deeds?: readonly Deed[];
}
/** Runs the programs. */
export declare function run(options?: VillagersOptions): Promise<Played>;
