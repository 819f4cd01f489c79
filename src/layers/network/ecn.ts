/**
 * The ECN field, the lower two bits of the type of service and of the traffic class: RFC 3168 §5. That ECT(1) asks for
 * the treatment of L4S is RFC 9331. The fields themselves are in `ipv4.ts` and `ipv6.ts`.
 */

export const NOT_ECT = 0;
export const ECT_1 = 1;
export const ECT_0 = 2;
export const CONGESTION_EXPERIENCED = 3;
