/** `tcpdrop` of FreeBSD (tcpdrop(8)): ends connections, one or many. */

import { Unsupported } from '../../unsupported.ts';
import type { ShellConnection } from '../host.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { FREEBSD_STATES, isSameAddress } from './connection-text.ts';
import { readFlags } from './flags.ts';

function tcpdrop(call: CommandCall): number {
  const flags = readFlags(call, { alone: 'al', valued: 'CSs' });
  const { host } = call;
  const isMany = flags.has('a') || flags.has('s') || flags.has('C') || flags.has('S');
  if (!isMany) return dropOne(call, flags.rest);
  if (flags.rest.length > 0) return fails(call, 'usage: tcpdrop [-l] -a', 1);
  const stack = flags.value('S');
  if (stack !== undefined && stack !== 'freebsd') throw new Unsupported(`command tcpdrop -S ${stack}`);
  const state = flags.value('s');
  if (state !== undefined && !Object.values(FREEBSD_STATES).includes(state)) {
    throw new Unsupported(`command tcpdrop -s ${state}`);
  }
  const controller = flags.value('C') === 'newreno' ? 'reno' : flags.value('C');
  for (const connection of host.connections()) {
    if (connection.state === 'LISTEN') continue;
    if (state !== undefined && FREEBSD_STATES[connection.state] !== state) continue;
    if (controller !== undefined && connection.info?.congestionControl !== controller) continue;
    if (flags.has('l')) {
      call.print(`tcpdrop ${placesText(connection)}\n`);
      continue;
    }
    drop(call, connection);
  }
  return 0;
}

/** Four words, or two with a colon or a period before the port. */
function dropOne(call: CommandCall, words: readonly string[]): number {
  const parts = words.length === 2 ? words.flatMap(splitAtPort) : words;
  const [local, localPort, remote, remotePort] = parts;
  if (parts.length !== 4 || local === undefined || remote === undefined) {
    return fails(call, 'usage: tcpdrop local-address local-port foreign-address foreign-port');
  }
  const found = call.host
    .connections()
    .find(
      (connection) =>
        connection.remoteAddress !== undefined &&
        isSameAddress(connection.localAddress, local) &&
        isSameAddress(connection.remoteAddress, remote) &&
        connection.localPort === Number(localPort) &&
        connection.remotePort === Number(remotePort),
    );
  if (found === undefined) return fails(call, `${parts.join(' ')}: No such process`);
  drop(call, found);
  return 0;
}

function splitAtPort(text: string): readonly string[] {
  const [all, address, port] = /^(.+)[.:](\d{1,5})$/.exec(text) ?? [];
  return all === undefined ? [text] : [address!, port!];
}

function drop(call: CommandCall, connection: ShellConnection): void {
  call.host.dropConnection(connection);
  call.print(`${placesText(connection)}: dropped\n`);
}

const placesText = ({ localAddress, localPort, remoteAddress, remotePort }: ShellConnection): string =>
  `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;

export const TCPDROP_COMMANDS: CommandTable = { tcpdrop };
