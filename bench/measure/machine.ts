/** What a measurement was made on: without it a stored figure says nothing. */
import os from 'node:os';
import process from 'node:process';

export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  readonly date: string;
}

export function thisMachine(): Machine {
  const processors = os.cpus();
  return {
    node: process.version,
    v8: process.versions.v8,
    processor: processors[0]?.model ?? process.arch,
    cores: processors.length,
    system: `${os.type()} ${os.release()}`,
    date: new Date().toISOString().slice(0, 10),
  };
}

export const describeMachine = ({ node, processor, cores, date }: Machine): string =>
  `Node ${node}, ${processor}, ${cores} cores, ${date}`;
