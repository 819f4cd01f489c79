/** Runs shell commands (POSIX XCU §2.8, §2.9): lists, pipelines, redirections; a subshell is a copy of the session. */
import { Unsupported } from '../../unsupported.ts';
import type { CommandCall } from '../commands/command.ts';
import { findCommand } from '../commands/programs.ts';
import { parseCommands } from '../grammar/parser.ts';
import type { Chain, Command, CommandList, Pipeline, Redirection } from '../grammar/tree.ts';
import type { ShellHost } from '../host.ts';
import { ShellError } from '../shell-error.ts';
import { readSpecialFile, writtenSysctl } from '../sysctls/proc.ts';
import { type Expansion, fieldsOf, textOf } from './expansion.ts';
import { Leaving } from './leaving.ts';
import type { Limits } from './limits.ts';
import { NOTHING, type Output, TextOutput, WholeOutput } from './output.ts';
import type { Session } from './session.ts';

/** Where a command reads and prints. */
export interface Streams {
  readonly input: string;
  readonly output: Output;
  readonly errors: Output;
}

/** A command is as much work as so many states of a pattern. */
const STEPS = 10;

/** A redirection that cannot be: the command is not run. */
class NoSuchFile extends Error {}

/** What `set -e` looks at: what fails inside other commands has been looked at there. */
const endsOnFailure = (commands: readonly Command[]): boolean =>
  commands.length > 1 ||
  commands.some((command) => command.kind === 'simple' || (command.kind === 'group' && command.isApart));

export class Evaluator {
  /** What `sleep` has added up to. */
  sleptNs: number;
  private readonly host: ShellHost;
  private readonly limits: Limits;

  constructor(host: ShellHost, limits: Limits) {
    this.sleptNs = 0;
    this.host = host;
    this.limits = limits;
  }

  /**
   * Runs a text of commands, up to its end or to `exit`.
   * @returns its exit status
   */
  runText(text: string, session: Session, streams: Streams): number {
    try {
      return this.list(parseCommands(text), session, streams, false);
    } catch (error) {
      if (error instanceof Leaving) return error.status;
      throw error;
    }
  }

  // ---- lists and pipelines ----

  /** @param isChecked whether somebody looks at the status: then `set -e` does not end the shell */
  private list(list: CommandList, session: Session, streams: Streams, isChecked: boolean): number {
    let status = 0;
    for (const chain of list) status = this.chain(chain, session, streams, isChecked);
    return status;
  }

  private chain({ first, rest }: Chain, session: Session, streams: Streams, isChecked: boolean): number {
    let status = this.pipeline(first, session, streams, isChecked || rest.length > 0);
    for (const [index, { operator, pipeline }] of rest.entries()) {
      if ((operator === '&&') !== (status === 0)) continue;
      status = this.pipeline(pipeline, session, streams, isChecked || index < rest.length - 1);
    }
    return status;
  }

  private pipeline({ isNegated, commands }: Pipeline, session: Session, streams: Streams, isChecked: boolean): number {
    const isWatched = isChecked || isNegated;
    const status =
      commands.length === 1
        ? this.command(commands[0]!, session, streams, isWatched)
        : this.pipe(commands, session, streams, isWatched);
    session.status = isNegated ? Number(status === 0) : status;
    if (session.status !== 0 && session.exitsOnFailure && !isWatched && endsOnFailure(commands)) {
      throw new Leaving(session.status, false);
    }
    return session.status;
  }

  /** One after the other, each in a copy of the session: what one prints is all there when the next one reads it. */
  private pipe(commands: readonly Command[], session: Session, streams: Streams, isChecked: boolean): number {
    let input = streams.input;
    let status = 0;
    for (const [index, command] of commands.entries()) {
      const isLast = index === commands.length - 1;
      const output = isLast ? streams.output : new TextOutput(this.limits);
      status = this.apart(() => this.command(command, session.copy(), { ...streams, input, output }, isChecked));
      if (output instanceof TextOutput) input = output.text;
    }
    return status;
  }

  /** `exit` leaves only this. */
  private apart(run: () => number): number {
    try {
      return run();
    } catch (error) {
      if (error instanceof Leaving) return error.status;
      throw error;
    }
  }

  // ---- commands ----

  private command(command: Command, session: Session, streams: Streams, isChecked: boolean): number {
    this.limits.spend(STEPS);
    this.limits.offset = command.offset;
    const opened: Output[] = [];
    const close = (): void => {
      for (const output of opened) output.end?.();
    };
    try {
      const redirected = this.redirect(command.redirections, session, streams, opened);
      const status = this.commandIn(command, session, redirected, isChecked);
      close();
      return status;
    } catch (error) {
      if (error instanceof Leaving) close();
      if (!(error instanceof NoSuchFile)) throw error;
      streams.errors.write(`${session.name}: ${error.message}\n`);
      return 1;
    }
  }

  private commandIn(command: Command, session: Session, streams: Streams, isChecked: boolean): number {
    switch (command.kind) {
      case 'simple':
        return this.simple(command, session, streams);
      case 'if':
        return this.condition(command, session, streams, isChecked);
      case 'for':
        return this.loop(command, session, streams, isChecked);
      case 'group':
        return command.isApart
          ? this.apart(() => this.list(command.body, session.copy(), streams, isChecked))
          : this.list(command.body, session, streams, isChecked);
    }
  }

  private condition(
    { branches, otherwise }: Command & { kind: 'if' },
    session: Session,
    streams: Streams,
    isChecked: boolean,
  ): number {
    for (const { condition, body } of branches) {
      if (this.list(condition, session, streams, true) === 0) return this.list(body, session, streams, isChecked);
    }
    return otherwise === undefined ? 0 : this.list(otherwise, session, streams, isChecked);
  }

  private loop(
    { variable, words, body }: Command & { kind: 'for' },
    session: Session,
    streams: Streams,
    isChecked: boolean,
  ): number {
    const fields = words === undefined ? session.parameters : fieldsOf(words, this.expansion(session, streams));
    let status = 0;
    for (const field of fields) {
      session.set(variable, field);
      status = this.list(body, session, streams, isChecked);
    }
    return status;
  }

  private simple(command: Command & { kind: 'simple' }, session: Session, streams: Streams): number {
    const expansion = this.expansion(session, streams);
    const [name, ...given] = fieldsOf(command.words, expansion);
    const assign = (): void => {
      for (const { name: variable, value } of command.assignments) session.set(variable, textOf(value, expansion));
    };
    if (name === undefined) {
      assign();
      return expansion.status;
    }
    const call = this.call(name, given, command.offset, session, streams);
    return session.during(
      command.assignments.map((assignment) => assignment.name),
      () => {
        assign();
        return findCommand(name)(call);
      },
    );
  }

  private call(
    name: string,
    given: readonly string[],
    offset: number,
    session: Session,
    streams: Streams,
  ): CommandCall {
    return {
      name,
      arguments: given,
      host: this.host,
      input: streams.input,
      print: (text) => streams.output.write(text),
      complain: (text) => streams.errors.write(text),
      session,
      limits: this.limits,
      run: (text, file, inside) => this.nested(text, file, inside, streams, offset),
      wait: (durationNs) => {
        this.sleptNs += durationNs;
        this.host.sleep(durationNs);
      },
    };
  }

  /** Another text: its mistakes are told with its name and line. */
  private nested(text: string, file: string, session: Session, streams: Streams, offset: number): number {
    this.limits.enter(file);
    try {
      return this.list(parseCommands(text), session, streams, false);
    } catch (error) {
      if (!(error instanceof ShellError)) throw error;
      const line = text.slice(0, error.offset).split('\n').length;
      throw new ShellError(offset, `in ${file}, line ${line}: ${error.message}`);
    } finally {
      this.limits.leave();
      this.limits.offset = offset;
    }
  }

  private expansion(session: Session, streams: Streams): Expansion {
    const { limits } = this;
    const printed = (text: string, offset: number): string => {
      const output = new TextOutput(limits);
      limits.enter('$(…)');
      const inside = { ...streams, input: '', output };
      expansion.status = this.apart(() => this.list(parseCommands(text, offset), session.copy(), inside, false));
      limits.leave();
      return output.text;
    };
    const expansion: Expansion = { session, limits, printed, status: 0 };
    return expansion;
  }

  // ---- redirections ----

  private redirect(
    redirections: readonly Redirection[],
    session: Session,
    streams: Streams,
    opened: Output[],
  ): Streams {
    let redirected = streams;
    for (const { descriptor, kind, target } of redirections) {
      const word = textOf(target, this.expansion(session, streams));
      if (kind === 'here') redirected = { ...redirected, input: word };
      else if (kind === 'read') redirected = { ...redirected, input: this.read(word) };
      else redirected = this.redirectOutput(redirected, descriptor, kind, word, opened);
    }
    return redirected;
  }

  private redirectOutput(
    streams: Streams,
    descriptor: number,
    kind: 'write' | 'duplicate',
    word: string,
    opened: Output[],
  ): Streams {
    if (descriptor !== 1 && descriptor !== 2) throw new Unsupported(`shell redirection ${descriptor}>${word}`);
    const to = kind === 'duplicate' ? this.duplicate(streams, word) : this.open(word, opened);
    return descriptor === 1 ? { ...streams, output: to } : { ...streams, errors: to };
  }

  private duplicate({ output, errors }: Streams, word: string): Output {
    if (word === '1') return output;
    if (word === '2') return errors;
    throw new Unsupported(`shell redirection >&${word}`);
  }

  private open(path: string, opened: Output[]): Output {
    if (path === '/dev/null') return NOTHING;
    const sysctl = writtenSysctl(path, this.host);
    if (sysctl === undefined) throw new Unsupported(`shell redirection > ${path}`);
    const output = new WholeOutput(this.limits, sysctl);
    opened.push(output);
    return output;
  }

  private read(path: string): string {
    const text = readSpecialFile(path, this.host) ?? this.host.readFile(path);
    if (text === undefined) throw new NoSuchFile(`cannot open ${path}: No such file`);
    return text;
  }
}
