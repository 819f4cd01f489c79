/** `ethtool -K` (ethtool(8)): what a network card does for the host is not seen here, on or off. */
import { Unsupported } from '../../unsupported.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { isDevice, OFFLOADS } from './device.ts';

function ethtool(call: CommandCall): number {
  const [flag = '', device, ...settings] = call.arguments;
  if (flag !== '-K' && flag !== '--offload' && flag !== '--features')
    throw new Unsupported(`command ethtool ${flag}`.trim());
  if (device === undefined || settings.length === 0) return fails(call, 'bad command line argument(s)');
  if (!isDevice(device)) return fails(call, `Cannot get device feature names: No such device`, 92);
  for (let index = 0; index < settings.length; index += 2) {
    const [name = '', value = ''] = settings.slice(index, index + 2);
    if (!OFFLOADS.has(name)) throw new Unsupported(`command ethtool -K ${name}`);
    if (value !== 'on' && value !== 'off') return fails(call, 'bad command line argument(s)');
  }
  return 0;
}

export const ETHTOOL_COMMANDS: CommandTable = { ethtool };
