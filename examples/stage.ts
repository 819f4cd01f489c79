/**
 * What the examples play on: a world that is recorded, and what its programs print.
 */
import { type LadderSettings, ladder, Recorder, World } from '../src/index.ts';

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
export function setStage(
  seed: number,
  stamp: (program: string, line: string, world: World) => string = (program, line) => `${program}: ${line}`,
): Stage {
  const printed: string[] = [];
  let recorder: Recorder | undefined;
  const world: World = new World({
    seed,
    observer: (clock) => {
      recorder = new Recorder(clock);
      return recorder;
    },
    print: (program, line) => printed.push(stamp(program, line, world)),
  });
  return {
    world,
    async play(settings) {
      const { programs } = await world.run();
      const waiting = programs.flatMap(({ name, waitsFor }) => waitsFor.map((what) => `${name}: ${what}`));
      return { printed, waiting, ladder: ladder(recorder?.events() ?? [], settings) };
    },
  };
}

/** What `npx tsx examples/….ts` shows. */
export function show({ printed, waiting, ladder: drawn }: Played): void {
  console.log([...printed, '', drawn, ...waiting.map((line) => `still waiting: ${line}`)].join('\n'));
}
