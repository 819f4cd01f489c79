/**
 * The upper-caser over UDP: a client reads a line and sends it, the server sends it back in capitals. Line for line the
 * lecture's UDPClient and UDPServer. Nobody repeats what is lost: without the reply the client waits for ever.
 *
 *     npx tsx examples/udp-upper.ts
 */
import { type LinkOptions, type Program } from '../src/index.ts';
import { type Played } from './stage.ts';
export declare function udpServer({ socket, print, encode, decode }: Program): Promise<void>;
export declare function udpClient({ socket, input, print, encode, decode }: Program): Promise<void>;
export interface UdpUpperOptions {
    readonly seed?: number;
    readonly sentence?: string;
    /** The link from the client to the server: `{ loss: { bToA: '100%' } }` loses every reply. */
    readonly link?: LinkOptions;
    readonly server?: boolean;
}
/** Runs the programs. */
export declare function run(options?: UdpUpperOptions): Promise<Played>;
