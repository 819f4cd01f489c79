/** Every congestion controller by its name, as the setting `congestionControl` takes it. */
import { Bbr } from './bbr/bbr.ts';
import { Bbr1 } from './bbr1/bbr1.ts';
import type { CongestionControl } from './congestion-control.ts';
import { Cubic } from './cubic.ts';
import { Dctcp } from './dctcp.ts';
import { None } from './none.ts';
import { Reno } from './reno.ts';
import { Vegas } from './vegas.ts';
import { Westwood } from './westwood.ts';

const CONTROLLERS: Readonly<Record<string, () => CongestionControl>> = {
  none: () => new None(),
  reno: () => new Reno(),
  cubic: () => new Cubic(),
  dctcp: () => new Dctcp(),
  vegas: () => new Vegas(),
  westwood: () => new Westwood(),
  bbr: () => new Bbr(),
  bbr1: () => new Bbr1(),
};

export const CONTROLLER_NAMES: readonly string[] = Object.keys(CONTROLLERS);

/** @throws {RangeError} for a name that there is not */
export function createController(name: string): CongestionControl {
  const create = CONTROLLERS[name];
  if (create === undefined) {
    throw new RangeError(`no congestion controller is called "${name}": use one of ${CONTROLLER_NAMES.join(', ')}`);
  }
  return create();
}
