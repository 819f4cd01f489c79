/**
 * A chat: what one says, all others hear. One server watches its door and all its guests with `select`, in one loop; the
 * other has a task for each guest. Guests cannot tell them apart.
 *
 *     npx tsx examples/select-chat.ts
 */
import { type Program } from '../src/index.ts';
import { type Played } from './stage.ts';
/** Waits for whatever happens first: a new guest, a message from any guest, or nothing for too long. */
export declare function selectServer({ socket, select, print }: Program): Promise<void>;
/** The same with a task for each guest: each waits for one thing only. */
export declare function taskServer({ socket, print }: Program): Promise<void>;
/** A guest: says each line at its second, prints what others say, and leaves two seconds after the last line. */
export declare function guest(lines: readonly (readonly [second: number, text: string])[]): (program: Program) => Promise<void>;
export interface SelectChatOptions {
    readonly seed?: number;
    readonly server?: 'select' | 'tasks';
}
/** Runs the programs. */
export declare function run(options?: SelectChatOptions): Promise<Played>;
