/** Every congestion controller by its name, as the setting `congestionControl` takes it. */
import type { CongestionControl } from './congestion-control.ts';
import { None } from './none.ts';
import { Reno } from './reno.ts';

const CONTROLLERS: Readonly<Record<string, () => CongestionControl>> = {
  none: () => new None(),
  reno: () => new Reno(),
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
