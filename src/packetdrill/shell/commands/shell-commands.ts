/**
 * What a shell does itself: variables, exits, reading files in (POSIX XCU §2.14).
 * Left out on purpose: `trap`, `read`, `cd`, `exec`, `alias`, `local`, options but `set -e`.
 */
import { SECOND } from '../../../layers/clock.ts';
import { Unsupported } from '../../unsupported.ts';
import { Leaving } from '../evaluation/leaving.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { asksForExit, readScript } from './script-file.ts';
import { test } from './test-command.ts';

/** Of a command that can go wrong and ends what is around it. */
function leave(call: CommandCall, isReturn: boolean): number {
  const [written = String(call.session.status), ...more] = call.arguments;
  if (more.length > 0) return fails(call, 'too many arguments');
  if (!/^\d{1,9}$/.test(written)) {
    call.complain(`${call.name}: Illegal number: ${written}\n`);
    throw new Leaving(2, isReturn);
  }
  throw new Leaving(Number(written) & 0xff, isReturn);
}

/** `set -e`, `set +e`, `set -- ARGUMENTS`. */
function set(call: CommandCall): number {
  const { session } = call;
  for (const [index, word] of call.arguments.entries()) {
    if (word === '-e') session.exitsOnFailure = true;
    else if (word === '+e') session.exitsOnFailure = false;
    else if (word === '--') {
      session.parameters = call.arguments.slice(index + 1);
      return 0;
    } else throw new Unsupported(`shell set ${word}`);
  }
  if (call.arguments.length === 0) throw new Unsupported('shell set');
  return 0;
}

/** `export A=1 B`. Every variable goes to what is run from here, so there is no more to it. */
function exportVariables(call: CommandCall): number {
  for (const word of call.arguments) {
    const [all, name, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(word) ?? [];
    if (all === undefined) throw new Unsupported(`shell export ${word}`);
    if (value !== undefined) call.session.set(name!, value);
  }
  return 0;
}

function unset(call: CommandCall): number {
  for (const name of call.arguments) {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new Unsupported(`shell unset ${name}`);
    call.session.unset(name);
  }
  return 0;
}

function shift(call: CommandCall): number {
  const [written = '1'] = call.arguments;
  const { parameters } = call.session;
  const count = /^\d{1,9}$/.test(written) ? Number(written) : parameters.length + 1;
  if (count > parameters.length) return fails(call, "can't shift that many", 2);
  call.session.parameters = parameters.slice(count);
  return 0;
}

/** `. FILE` and `source FILE`: in this very session; with arguments they are the file's. */
function source(call: CommandCall): number {
  const [file, ...given] = call.arguments;
  if (file === undefined) return fails(call, 'filename argument required', 2);
  const { session } = call;
  const before = session.parameters;
  if (given.length > 0) session.parameters = given;
  try {
    return call.run(readScript(file, call.host), file, session);
  } catch (error) {
    if (error instanceof Leaving && error.isReturn) return error.status;
    throw error;
  } finally {
    if (given.length > 0) session.parameters = before;
  }
}

/** `sh FILE [ARGUMENTS]`, `sh -c TEXT`, and a text from standard input. */
function shell(call: CommandCall): number {
  const [first, ...rest] = call.arguments;
  if (first === '-c') {
    const [text, name = call.name, ...given] = rest;
    if (text === undefined) return fails(call, '-c requires an argument', 2);
    return runApart(call, text, name, given);
  }
  if (first === undefined) return runApart(call, call.input, call.name, []);
  if (first.startsWith('-')) throw new Unsupported(`command ${call.name} ${first}`);
  return runApart(call, readScript(first, call.host), first, rest);
}

/** Runs a file as a program of its own. */
export function runScriptFile(call: CommandCall): number {
  const text = readScript(call.name, call.host);
  return runApart(call, text, call.name, call.arguments, asksForExit(call.name, text));
}

function runApart(
  call: CommandCall,
  text: string,
  name: string,
  given: readonly string[],
  exitsOnFailure = false,
): number {
  const session = call.session.child(name, given);
  session.exitsOnFailure = exitsOnFailure;
  try {
    return call.run(text, name, session);
  } catch (error) {
    if (error instanceof Leaving) return error.status;
    throw error;
  }
}

/** `sleep 0.1`, `sleep 1m 30s`: the times add up. */
function sleep(call: CommandCall): number {
  if (call.arguments.length === 0) return fails(call, 'missing operand');
  let seconds = 0;
  for (const word of call.arguments) {
    const [all, digits, unit = 's'] = /^(\d{1,9}(?:\.\d{1,12})?|\.\d{1,12})([smhd]?)$/.exec(word) ?? [];
    if (all === undefined) return fails(call, `invalid time interval '${word}'`);
    seconds += Number(digits) * UNIT_SECONDS[unit === '' ? 's' : unit]!;
  }
  if (seconds > LONGEST_SLEEP) throw new Unsupported(`command sleep ${call.arguments.join(' ')}`);
  call.wait(Math.round(seconds * SECOND));
  return 0;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
/** Longer than any connection lives. */
const LONGEST_SLEEP = 7 * 86_400;

/** `usleep MICROSECONDS`, of old systems. */
function usleep(call: CommandCall): number {
  const [written = '1'] = call.arguments;
  if (!/^\d{1,12}$/.test(written)) return fails(call, `bad value "${written}"`);
  if (Number(written) > LONGEST_SLEEP * 1e6) throw new Unsupported(`command usleep ${written}`);
  call.wait(Number(written) * 1000);
  return 0;
}

export const SHELL_COMMANDS: CommandTable = {
  ':': () => 0,
  '.': source,
  '[': test,
  bash: shell,
  dash: shell,
  eval: (call) => call.run(call.arguments.join(' '), 'eval', call.session),
  exit: (call) => leave(call, false),
  export: exportVariables,
  false: () => 1,
  return: (call) => leave(call, true),
  set,
  sh: shell,
  shift,
  sleep,
  source,
  test,
  true: () => 0,
  unset,
  usleep,
};
