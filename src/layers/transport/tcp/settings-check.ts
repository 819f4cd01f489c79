/** What a setting may be set to: a program's mistake is told where it is made, and not by a transfer that never ends. */
import { CONTROLLER_NAMES } from './congestion/controllers.ts';
import { RFC_SETTINGS, type TcpSettings } from './settings.ts';

/** Those that are one of a few words. */
const CHOICES: { readonly [Name in keyof TcpSettings]?: readonly TcpSettings[Name][] } = {
  unanswered: ['none', 'syn', 'all'],
  congestionControl: CONTROLLER_NAMES,
  hystart: ['cubic', 'all', 'none'],
  congestionWindowValidation: ['growth', 'full', 'none'],
  ecn: ['off', 'accept', 'request'],
  accurateEcn: ['off', 'accept', 'request'],
  ecnCodepoint: ['ect0', 'ect1'],
  ecnEcho: ['auto', 'latched', 'dctcp'],
  accurateEcnOption: ['off', 'sparing', 'full'],
  rackReorderingWindow: ['adaptive', 'static', 'none'],
  windowProbe: ['octet', 'empty'],
  timeWaitReuseOutgoing: ['off', 'loopback', 'all'],
  synCookies: ['off', 'pressure', 'always'],
  packetizationLayerProbing: ['off', 'after-black-hole', 'always'],
};

/** Numbers for which 0 would mean that nothing ever moves; for the others it means "off" or "none". */
const POSITIVE: readonly (keyof TcpSettings)[] = ['sendBufferBytes', 'receiveBufferBytes', 'duplicateAckThreshold'];

/** @throws {RangeError} that says which setting, what it was given and what it takes */
export function checkSettings(given: Partial<TcpSettings>): void {
  for (const [name, value] of Object.entries(given)) {
    const wanted = wantedOf(name as keyof TcpSettings, value);
    if (wanted === undefined) continue;
    const shown = typeof value === 'string' ? `'${value}'` : String(value);
    throw new RangeError(`wirelab: the TCP setting ${name} is ${wanted}, not ${shown}`);
  }
}

/** @returns what it should be, or `undefined` if it is that. Names that are unknown are somebody else's business. */
function wantedOf(name: keyof TcpSettings, value: unknown): string | undefined {
  const choices: readonly unknown[] | undefined = CHOICES[name];
  if (choices !== undefined) return choices.includes(value) ? undefined : `one of ${choices.join(', ')}`;
  const usual: unknown = RFC_SETTINGS[name];
  if (typeof usual === 'boolean') return typeof value === 'boolean' ? undefined : 'true or false';
  if (typeof usual !== 'number') return undefined;
  const least = POSITIVE.includes(name) ? 1 : 0;
  return typeof value === 'number' && value >= least ? undefined : `a number from ${least} on`;
}
