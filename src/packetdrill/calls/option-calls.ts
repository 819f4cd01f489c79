/** getsockopt and setsockopt: the options are the socket core's (`sockets/options.ts`); one that it has not is unsupported. */
import * as constants from '../../sockets/constants.ts';
import { failure } from '../../sockets/errno.ts';
import type { OptionValue } from '../../sockets/options.ts';
import type { Expression } from '../language/script.ts';
import { Unsupported } from '../unsupported.ts';
import type { MakeCall } from './call.ts';
import { immediate, withSocket } from './call-forms.ts';
import { numberOf } from './evaluate.ts';
import { md5Request } from './md5-request.ts';
import { optionDifferences, optionInput } from './option-values.ts';
import { symbolValue } from './symbols.ts';

const NO_SUCH_OPTION = failure('ENOPROTOOPT');

/** An option's level and number; one that the stack does not know by its name makes the script unsupported. */
function optionOf(level: Expression, option: Expression): readonly [number, number] {
  if (option.kind === 'symbol' && symbolValue(option.name) === undefined) {
    throw new Unsupported(`socket option ${option.name}`);
  }
  return [numberOf(level), numberOf(option)];
}

const setsockopt: MakeCall = (given, context) => {
  given.count(5);
  const [level, option] = optionOf(given.at(1), given.at(2));
  return withSocket(given, 0, context, ({ core, descriptor, domain }) => {
    const isKey = level === constants.IPPROTO_TCP && option === constants.TCP_MD5SIG;
    const value = isKey ? md5Request(given.at(3), domain, context) : optionInput(given.at(3));
    return immediate(() => core.setsockopt(descriptor, level, option, value));
  });
};

const getsockopt: MakeCall = (given, context) => {
  given.count(5);
  const [level, option] = optionOf(given.at(1), given.at(2));
  return withSocket(given, 0, context, ({ core, descriptor }) => {
    let value: OptionValue = NO_SUCH_OPTION;
    return immediate(
      () => {
        value = core.getsockopt(descriptor, level, option);
        return typeof value === 'number' && value < 0 ? value : 0;
      },
      { differences: (result) => (result < 0 ? [] : optionDifferences(given.at(3), value)) },
    );
  });
};

export const OPTION_CALLS: Readonly<Record<string, MakeCall>> = { setsockopt, getsockopt };
