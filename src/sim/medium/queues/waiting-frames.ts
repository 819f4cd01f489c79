/** Frames that wait in the order in which they came, with their number and their bytes. */
import { type Transit, TransitList } from '../transit.ts';

export const lengthOf = (transit: Transit): number => transit.frame.end - transit.frame.start;

export class WaitingFrames {
  frames: number;
  bytes: number;
  private readonly list: TransitList;

  constructor() {
    this.frames = 0;
    this.bytes = 0;
    this.list = new TransitList();
  }

  get first(): Transit | undefined {
    return this.list.first;
  }

  append(transit: Transit): void {
    this.frames++;
    this.bytes += lengthOf(transit);
    this.list.append(transit);
  }

  takeFirst(): Transit | undefined {
    const transit = this.list.takeFirst();
    if (transit === undefined) return undefined;
    this.frames--;
    this.bytes -= lengthOf(transit);
    return transit;
  }
}
