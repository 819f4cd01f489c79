/** The table of connections against a list that is gone through: whatever came and went, a segment finds its own or none. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IpAddress } from '../../src/layers/address.ts';
import { ipAddress } from '../../src/layers/address-text.ts';
import { Frame } from '../../src/layers/frame.ts';
import { Memory } from '../../src/layers/memory.ts';
import { ReceivedPacket } from '../../src/layers/network/packet.ts';
import { ConnectionTable } from '../../src/layers/transport/tcp/connection-table.ts';
import type { ControlBlock } from '../../src/layers/transport/tcp/control-block.ts';
import { runs } from './runs.ts';

/** Few, and alike in all words but one: nearly the same is not the same. */
const ADDRESSES: readonly IpAddress[] = [
  '10.0.0.1',
  '10.0.0.2',
  '::a00:1',
  '::a00:2',
  '::1:a00:1',
  '0:0:0:1::a00:1',
  '1::a00:1',
].map(ipAddress);
const PORTS = [1, 2];

interface Sockets {
  readonly local: IpAddress;
  readonly localPort: number;
  readonly remote: IpAddress;
  readonly remotePort: number;
}

const sockets: fc.Arbitrary<Sockets> = fc
  .record({
    local: fc.constantFrom(...ADDRESSES),
    localPort: fc.constantFrom(...PORTS),
    remote: fc.constantFrom(...ADDRESSES),
    remotePort: fc.constantFrom(...PORTS),
  })
  .filter(({ local, remote }) => local.family === remote.family);

const blockOf = (identity: Sockets): ControlBlock => ({ identity, nextInBucket: undefined }) as unknown as ControlBlock;

const isSame = (one: Sockets, other: Sockets): boolean =>
  one.local.equals(other.local) &&
  one.remote.equals(other.remote) &&
  one.localPort === other.localPort &&
  one.remotePort === other.remotePort;

function packetOf({ local, remote }: Sockets): ReceivedPacket {
  const packet = new ReceivedPacket(new Frame(new Memory(256).allocate(1)));
  packet.family = local.family;
  packet.source0 = remote.w0;
  packet.source1 = remote.w1;
  packet.source2 = remote.w2;
  packet.source3 = remote.w3;
  packet.destination0 = local.w0;
  packet.destination1 = local.w1;
  packet.destination2 = local.w2;
  packet.destination3 = local.w3;
  return packet;
}

test('a segment finds the connection between its two sockets, or none', () => {
  const step = fc.record({ add: sockets, remove: fc.nat(9), find: fc.array(sockets, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const table = new ConnectionTable();
      let held: ControlBlock[] = [];
      const check = (wanted: Sockets): void => {
        const expected = held.find(({ identity }) => isSame(identity, wanted));
        expect(table.find(packetOf(wanted), wanted.remotePort, wanted.localPort)).toBe(expected);
        expect(table.between(wanted.local, wanted.localPort, wanted.remote, wanted.remotePort)).toBe(expected);
      };
      for (const { add, remove, find } of steps) {
        if (!held.some(({ identity }) => isSame(identity, add))) {
          const block = blockOf(add);
          table.add(block);
          held.push(block);
        }
        for (const wanted of [add, ...find]) check(wanted);
        const gone = held[remove];
        if (gone !== undefined) {
          table.remove(gone);
          held = held.filter((block) => block !== gone);
          check(gone.identity);
        }
        check(add);
        expect(table.size).toBe(held.length);
      }
    }),
    runs(400),
  );
});
