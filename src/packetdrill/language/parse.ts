/**
 * The text of a packetdrill script as data: options, then events, each a time and what happens.
 * Left out on purpose: SCTP, IP fragments, and wire mode.
 */
import { parseCall } from './calls.ts';
import { Cursor } from './cursor.ts';
import { definitionsOf, parseOptions } from './options.ts';
import { parsePacket } from './packets.ts';
import type { Action, Script, ScriptEvent } from './script.ts';
import { ScriptError } from './script-error.ts';
import { parseTime } from './times.ts';

/**
 * Reads a script.
 * @param defines names that stand for a text wherever a token may begin; they win over the script's own
 * @throws {ScriptError} with the place of what cannot be read; never anything else
 * @example
 * const { events } = parseScript('0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 1');
 * console.log(events.length); // 2
 */
export function parseScript(text: string, defines: ReadonlyMap<string, string> = new Map()): Script {
  // The line that names an interpreter is a comment of the same length.
  const cursor = new Cursor(text.replace(/^#!/, '//'));
  const options = parseOptions(cursor);
  cursor.define(new Map([...definitionsOf(options), ...defines]));
  const events: ScriptEvent[] = [];
  while (!cursor.isAtEnd) events.push(parseEvent(cursor));
  return { options, events };
}

function parseEvent(cursor: Cursor): ScriptEvent {
  const { place, offset } = cursor;
  const { time, endNs } = parseTime(cursor);
  const { place: actionPlace } = cursor;
  const action = parseAction(cursor, endNs);
  if (endNs !== undefined && action.kind !== 'call') {
    throw new ScriptError(actionPlace, 'only a system call has a time at which it ends');
  }
  return { place, text: cursor.textFrom(offset), time, action };
}

function parseAction(cursor: Cursor, endNs: number | undefined): Action {
  const { place } = cursor;
  if (cursor.takes('<')) return { kind: 'packet', direction: 'inbound', packet: parsePacket(cursor, 'inbound') };
  if (cursor.takes('>')) return { kind: 'packet', direction: 'outbound', packet: parsePacket(cursor, 'outbound') };
  if (cursor.takes('`')) {
    const command = cursor.until('`');
    if (command === undefined) throw new ScriptError(place, "this command has no end: '`' is missing");
    return { kind: 'command', command };
  }
  if (cursor.takes('%{')) {
    const { placeHere: codePlace } = cursor;
    const code = cursor.until('}%');
    if (code === undefined) throw new ScriptError(place, "this code has no end: '}%' is missing");
    return { kind: 'code', code, codePlace };
  }
  if (cursor.peekWord() !== undefined) return parseCall(cursor, endNs);
  if (cursor.sees('-')) throw cursor.error('options stand before the first event');
  throw cursor.error('an event is a packet (< or >), a call, a `command` or %{ code }%');
}
