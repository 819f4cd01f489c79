/** The addresses and ports of a script, from its options. */
import type { IpAddress } from '../../layers/address.ts';

export interface ScriptEnds {
  readonly family: 4 | 6;
  /** The host under test, and the end that the script plays. */
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** What `bind` takes, and where `connect` goes, when the script does not say. */
  readonly bindPort: number;
  readonly connectPort: number;
}
