/** One event of a script, read for a test, and what is said of a text that is none. */
import { expect } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import type {
  CallAction,
  Expression,
  IcmpSpec,
  PacketSpec,
  ScriptEvent,
  TcpSpec,
  UdpSpec,
} from '../../../../src/packetdrill/language/script.ts';
import { ScriptError } from '../../../../src/packetdrill/language/script-error.ts';

export type Defines = ReadonlyMap<string, string>;

/** The only event of a text. */
export function only(text: string, defines?: Defines): ScriptEvent {
  const { events } = parseScript(text, defines);
  expect(events).toHaveLength(1);
  return events[0]!;
}

/** `< . 1:1(0)`, without a time. */
export function packet(text: string, defines?: Defines): PacketSpec {
  const { action } = only(`0 ${text}`, defines);
  if (action.kind !== 'packet') throw new Error(`not a packet: ${text}`);
  return action.packet;
}

export const tcp = (text: string, defines?: Defines): TcpSpec => {
  const { payload } = packet(text, defines);
  if (payload.protocol !== 'tcp') throw new Error(`not TCP: ${text}`);
  return payload;
};

export const udp = (text: string): UdpSpec => {
  const { payload } = packet(text);
  if (payload.protocol !== 'udp') throw new Error(`not UDP: ${text}`);
  return payload;
};

export const icmp = (text: string): IcmpSpec => {
  const { payload } = packet(text);
  if (payload.protocol !== 'icmp' && payload.protocol !== 'icmpv6') throw new Error(`not ICMP: ${text}`);
  return payload;
};

export function call(text: string, defines?: Defines): CallAction {
  const { action } = only(`0 ${text}`, defines);
  if (action.kind !== 'call') throw new Error(`not a call: ${text}`);
  return action;
}

/** The one argument of a call. */
export const argument = (text: string, defines?: Defines): Expression => {
  const given = call(`f(${text}) = 0`, defines).arguments;
  expect(given).toHaveLength(1);
  return given[0]!;
};

/** An expression without its places and without what is undefined. */
export const bare = (expression: unknown): unknown =>
  JSON.parse(JSON.stringify(expression, (key, value) => (key === 'place' ? undefined : value)));

/** `3:14: what is wrong`, or `none`. */
export function problem(text: string, defines?: Defines): string {
  try {
    parseScript(text, defines);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return `${error.place.line}:${error.place.column}: ${error.message}`;
  }
  return 'none';
}
