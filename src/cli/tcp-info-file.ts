/**
 * The file of `--tcp-info`: a row for each acknowledgment that a host has processed.
 */
import type { TcpInfoTaken } from '../trace/events.ts';
import { tcpInfoCsv, tcpInfoJson } from '../trace/tcp-info-rows.ts';
import { openFile } from './output-file.ts';

type Format = () => (event: TcpInfoTaken) => string;

/** By the end of the file's name. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['csv', tcpInfoCsv],
  ['jsonl', () => tcpInfoJson],
]);
const PIECE_LENGTH = 65_536;

export const tcpInfoFormat = (path: string): Format | undefined => FORMATS.get(/\.([a-z]+)$/.exec(path)?.[1] ?? '');

/** @throws {CliError} for a path that cannot be written to */
export function openTcpInfo(path: string): {
  readonly add: (event: TcpInfoTaken) => void;
  readonly close: () => void;
} {
  const file = openFile(path);
  const encoder = new TextEncoder();
  const row = (tcpInfoFormat(path) ?? tcpInfoCsv)();
  let waiting = '';
  const flush = (): void => {
    if (waiting !== '') file.write(encoder.encode(waiting));
    waiting = '';
  };
  return {
    add(event) {
      waiting += row(event);
      if (waiting.length >= PIECE_LENGTH) flush();
    },
    close() {
      flush();
      file.close();
    },
  };
}
