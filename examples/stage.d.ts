/**
 * What the examples play on: a world that is recorded, and what its programs print.
 */
import { type LadderSettings, World } from '../src/index.ts';
/** What is left when an example is over. */
export interface Played {
    /** What the programs printed, each line with its program's name in front. */
    readonly printed: readonly string[];
    /** Programs that still wait, and for what. */
    readonly waiting: readonly string[];
    readonly ladder: string;
}
export interface Stage {
    readonly world: World;
    /** Runs the world until nothing can happen any more. */
    play(settings?: LadderSettings): Promise<Played>;
}
/** @param stamp turns a printed line into what is kept of it; `program: line` if left out */
export declare function setStage(seed: number, stamp?: (program: string, line: string, world: World) => string): Stage;
/** What `npx tsx examples/….ts` shows. */
export declare function show({ printed, waiting, ladder: drawn }: Played): void;
