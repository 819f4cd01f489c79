/**
 * The flags AE, CWR and ECE as one number, AE the highest: what RFC 9768 makes of them, in the handshake (§3.1.1 table 2,
 * §3.2.2.1 tables 3 and 4) and after it the field ACE (§3.2.2).
 */
import { CONGESTION_EXPERIENCED, ECT_0, ECT_1, NOT_ECT } from '../../../network/ecn.ts';

/** ECE is the lowest of the three. */
export const ACE_SHIFT = 6;
export const aceField = (flags: number): number => (flags >>> ACE_SHIFT) & 7;

/** The codepoint that the four combinations of table 2 and table 4 feed back, by their number; -1 for the others. */
export const CODEPOINTS: readonly number[] = [-1, -1, NOT_ECT, ECT_1, ECT_0, -1, CONGESTION_EXPERIENCED, -1];

/** The same the other way: what says in the handshake that a SYN or SYN-ACK came with this codepoint. */
export const handshakeCode = (codepoint: number): number => CODEPOINTS.indexOf(codepoint);
