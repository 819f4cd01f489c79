/** What a script runs besides packets and calls: shell commands and Python, each on the host as it is at the moment. */
import type { ControlBlock } from '../../layers/transport/tcp/control-block.ts';
import type { CodeAction, ScriptEvent } from '../language/script.ts';

export interface CodeRunner {
  /** @throws {ScriptFailure | Unsupported} */
  command(command: string, event: ScriptEvent): void;
  /** @param connection the one under test, if there is one */
  code(action: CodeAction, connection: ControlBlock | undefined): void;
}
