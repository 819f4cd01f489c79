/**
 * ICMP cannot be signed, and a forged error could end a connection that TCP-AO protects: RFC 5925 §7.8.
 */
import type { IcmpError } from '../../../network/icmp-error.ts';
import type { ControlBlock } from '../control-block.ts';
import { isSynchronized } from '../state.ts';

/** ICMPv4 type 3 codes 2 to 4: protocol and port unreachable, fragmentation needed. */
const ICMPV4_UNREACHABLE = 3;
/** ICMPv6 type 1 codes 1 and 4: administratively prohibited, port unreachable. */
const ICMPV6_UNREACHABLE = 1;

/** Whether an error about a connection is ignored: one of those that MUST be by default; and counts it. */
export function isIgnored(block: ControlBlock, error: IcmpError): boolean {
  const { authentication, settings, state } = block;
  if (authentication?.keys === undefined || settings.icmpDespiteAuthentication) return false;
  if (!isSynchronized(state) || !isHard(error)) return false;
  authentication.icmpIgnored();
  return true;
}

const isHard = ({ local, type, code }: IcmpError): boolean =>
  local.family === 4
    ? type === ICMPV4_UNREACHABLE && code >= 2 && code <= 4
    : type === ICMPV6_UNREACHABLE && (code === 1 || code === 4);
