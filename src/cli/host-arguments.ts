/** The options of a verb that say how its hosts behave: a profile, a congestion controller, settings by kernels' names. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { HostOptions } from '../host/settings.ts';
import { sysctlSettings } from '../host/sysctl.ts';
import { CONTROLLER_NAMES } from '../layers/transport/tcp/congestion/controllers.ts';
import { PROFILE_NAMES } from '../layers/transport/tcp/profiles.ts';
import { RFC_SETTINGS } from '../layers/transport/tcp/settings.ts';

export interface HostArguments {
  readonly profile?: string;
  readonly cc?: string;
  /** Each as it was written: `net.ipv4.tcp_sack=0`. */
  readonly sysctl?: readonly string[];
}

export function addHostOptions(command: Command): void {
  command
    .addOption(
      new Option('--profile <name>', 'both hosts behave as the RFCs say, or a kernel (rfc)').choices(PROFILE_NAMES),
    )
    .addOption(
      new Option(
        '--cc <name>',
        `the sender's congestion control (${RFC_SETTINGS.congestionControl}, or the profile's)`,
      ).choices(CONTROLLER_NAMES),
    )
    .option('--sysctl <name=value>', 'a setting of both hosts by its Linux or FreeBSD name; may be repeated', oneMore);
}

function oneMore(text: string, earlier: readonly string[] = []): readonly string[] {
  try {
    sysctlSettings(...nameAndValue(text));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  return [...earlier, text];
}

function nameAndValue(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new RangeError(`'${text}' is not name=value, as in net.ipv4.tcp_sack=0`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** What the arguments mean to each of the two hosts. */
export function hostOptions({ profile, cc, sysctl = [] }: HostArguments): {
  readonly sender: HostOptions;
  readonly receiver: HostOptions;
} {
  const receiver: HostOptions = {
    ...(profile === undefined ? {} : { profile }),
    ...(sysctl.length === 0 ? {} : { sysctl: Object.fromEntries(sysctl.map(nameAndValue)) }),
  };
  return { receiver, sender: cc === undefined ? receiver : { ...receiver, tcp: { congestionControl: cc } } };
}
