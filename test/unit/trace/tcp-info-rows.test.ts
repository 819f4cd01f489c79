import { expect, test } from 'vitest';
import type { TcpInfo } from '../../../src/layers/transport/tcp/info.ts';
import type { TcpInfoTaken } from '../../../src/trace/events.ts';
import { tcpInfoCsv, tcpInfoJson } from '../../../src/trace/tcp-info-rows.ts';

const event = (time: number, info: Partial<TcpInfo>): TcpInfoTaken => ({
  kind: 'tcp-info',
  time,
  host: 'alice',
  connection: { serial: 1 } as never,
  info: info as TcpInfo,
});

const FIRST = event(7, {
  state: 'ESTABLISHED',
  sackOk: true,
  ssthresh: Number.POSITIVE_INFINITY,
  softError: undefined,
  controller: { kind: 'dctcp', alpha: 0.5, markedBytes: 3, ackedBytes: 4 },
});

test('JSON lines: flat objects, without infinities', () => {
  expect(tcpInfoJson(FIRST)).toBe(
    '{"timeNs":7,"state":"ESTABLISHED","sackOk":true,"ssthresh":null,"softError":null,"controller.kind":"dctcp","controller.alpha":0.5,"controller.markedBytes":3,"controller.ackedBytes":4}\n',
  );
});

test('CSV: the names once, empty fields for what there is not', () => {
  const row = tcpInfoCsv();
  expect(row(FIRST)).toBe(
    'timeNs,state,sackOk,ssthresh,softError,controller.kind,controller.alpha,controller.markedBytes,controller.ackedBytes\n' +
      '7,ESTABLISHED,true,,,dctcp,0.5,3,4\n',
  );
  // Another controller: its fields have no column, and those of the first are empty.
  expect(row(event(8, { state: 'CLOSE-WAIT', sackOk: false, ssthresh: 9, softError: 'ETIMEDOUT' }))).toBe(
    '8,CLOSE-WAIT,false,9,ETIMEDOUT,,,,\n',
  );
});
