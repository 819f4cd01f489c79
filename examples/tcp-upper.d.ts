/**
 * The upper-caser over TCP: line for line the lecture's TCPClient and TCPServer. The server's welcoming socket makes a
 * new socket for each client. It closes that one first, so TIME-WAIT is the server's; where programs take no time, as
 * here, the client closes in the same moment, and then both wait.
 *
 *     npx tsx examples/tcp-upper.ts
 */
import { type LinkOptions, type Program } from '../src/index.ts';
import { type Played } from './stage.ts';
export declare function tcpServer({ socket, print, encode, decode }: Program): Promise<void>;
export declare function tcpClient({ socket, input, print, encode, decode }: Program): Promise<void>;
export interface TcpUpperOptions {
    readonly seed?: number;
    /** One client for each. */
    readonly sentences?: readonly string[];
    /** The link from each client to the server. */
    readonly link?: LinkOptions;
    readonly server?: boolean;
}
/** Runs the programs. */
export declare function run(options?: TcpUpperOptions): Promise<Played>;
