/** What becomes of octets that do not fill a segment while a program corks: see `corking.ts`. */
export type CorkState = 'open' | 'holding' | 'ceiling-reached';
