import { bench, describe } from 'vitest';
import {
  readTcp,
  readTcpTextbook,
  readUdp,
  readUdpTextbook,
  SEGMENTS,
  tcpPool,
  udpPool,
  writeTcp,
  writeTcpTextbook,
} from './cases/transport-codecs.ts';

for (const [isVerified, how] of [
  [false, 'without checksum'],
  [true, 'with checksum'],
] as const) {
  describe(`${SEGMENTS} TCP segments of 1448 bytes read ${how}`, () => {
    const view = tcpPool();
    bench('in place', () => void readTcp(view, isVerified), { time: 500 });
    bench('textbook: objects', () => void readTcpTextbook(view, isVerified), { time: 500 });
  });

  describe(`${SEGMENTS} TCP segments of 1448 bytes written ${how}`, () => {
    const view = tcpPool();
    bench('in place', () => void writeTcp(view, isVerified), { time: 500 });
    bench('textbook: a buffer per segment', () => void writeTcpTextbook(view, isVerified), { time: 500 });
  });
}

describe(`${SEGMENTS} UDP datagrams of 1472 bytes read with checksum`, () => {
  const view = udpPool();
  bench('in place', () => void readUdp(view), { time: 500 });
  bench('textbook: objects', () => void readUdpTextbook(view), { time: 500 });
});
