/**
 * Runs a packetdrill script on an emulated host, in virtual time: its text, and what it comes to. Whatever the text, it
 * ends and does not throw.
 */

import { CodeFailure } from '../code/code-failure.ts';
import { parseScript } from '../language/parse.ts';
import type { Place, Script, ScriptOption } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import { profileOf } from '../shell/profile.ts';
import { Unsupported } from '../unsupported.ts';
import { EmulatedKernel } from './emulated-kernel.ts';
import { ScriptFailure } from './failure.ts';
import { HostCode } from './host-code.ts';
import { ladderTail } from './ladder-tail.ts';
import type { RunSettings, ScriptResult, Verdict } from './result.ts';
import { ScriptRunner } from './script-runner.ts';
import { scriptSettings } from './script-settings.ts';

/**
 * Runs one script.
 * @param name what it is called in the result: its path
 * @returns its verdict; a text that is no script is a failure with `isSyntaxError`
 * @example
 * const result = runScript('closed-port.pkt', '0 < S 0:0(0) win 1000 <mss 1460>\n+0 > R. 0:0(0) ack 1 win 0');
 * console.log(result.verdict); // pass
 */
export function runScript(name: string, text: string, settings: RunSettings = {}): ScriptResult {
  try {
    const script = parseScript(text, settings.defines);
    return runParsed(name, script, { ...settings, profile: settings.profile ?? profileOf(text) });
  } catch (error) {
    if (error instanceof ScriptError) return unread(name, error);
    throw error;
  }
}

const unread = (script: string, { place, message }: ScriptError): ScriptResult => ({
  ...NOTHING,
  script,
  verdict: 'fail',
  place,
  reason: message,
  isSyntaxError: true,
});

const NOTHING = { place: undefined, reason: '', isSyntaxError: false, details: [], output: [], events: [] } as const;

/** The same for a script that has been read already; without a profile it runs on Linux's. */
export function runParsed(name: string, script: Script, settings: RunSettings = {}): ScriptResult {
  let runner: ScriptRunner | undefined;
  let code: HostCode | undefined;
  const ended = (verdict: Verdict, place?: Place, reason = '', details: readonly string[] = []): ScriptResult => ({
    script: name,
    verdict,
    place,
    reason,
    isSyntaxError: false,
    details,
    output: [...(code?.output ?? []), ...(runner?.warnings ?? [])],
    events: runner?.world.recorder.events() ?? [],
  });
  let place: Place = { line: 1, column: 1 };
  try {
    const options = [...(settings.options ?? []).map(optionOf), ...script.options];
    const { profile = 'linux' } = settings;
    const chosen = scriptSettings(options);
    runner = new ScriptRunner(chosen, profile);
    const { world, calls } = runner;
    const sleep = (durationNs: number): void => runner?.sleep(durationNs);
    const { readFile = () => undefined } = settings;
    const { files, signatureKeys } = calls;
    const kernel = { world, settings: chosen, profile, files, signatureKeys, sleep, readFile };
    code = new HostCode(new EmulatedKernel(kernel));
    code.includeAll(chosen.initScripts);
    runner.run(script, code, (event) => {
      place = event.place;
    });
    return ended('pass');
  } catch (error) {
    const tail = ladderTail(runner?.world.recorder.events() ?? []);
    if (error instanceof ScriptFailure) {
      return ended('fail', error.place, error.message, [...error.details, '', ...tail]);
    }
    if (error instanceof CodeFailure) {
      return ended('fail', error.place, error.message, [...(runner?.packets.state ?? []), '', ...tail]);
    }
    if (error instanceof Unsupported) return ended('unsupported', place, error.message);
    if (error instanceof ScriptError) return { ...ended('fail', error.place, error.message), isSyntaxError: true };
    throw error;
  }
}

/** `--mtu=1500` of a caller, as if it stood in the script. */
function optionOf(text: string): ScriptOption {
  const [name = '', ...value] = text.replace(/^-+/, '').split('=');
  return { place: { line: 1, column: 1 }, name, value: value.join('=') };
}
