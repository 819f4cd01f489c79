/**
 * TCP Fast Open, RFC 7413: what one connection knows of it. What it adds to a SYN is in `syn.ts`, the client's
 * part in `client.ts` and `cache.ts`, the server's in `server.ts` and `cookie.ts`.
 * Left out on purpose: the experimental option kind 254 (§9 asks for kind 34), data in the SYN-ACK itself (§4.2.2 step 5
 * MAY: what the program answers follows at once), and a FIN beside the SYN's data.
 */
/** An option without a cookie asks for one. */
export const NO_COOKIE: Uint8Array = new Uint8Array(0);

export class FastOpen {
  /** For the next SYN or SYN-ACK; `undefined` for no option. It goes out once: §4.2.1, §4.2.2 "SYN timer". */
  cookie: Uint8Array | undefined;
  /** Client: bytes that the server takes in one segment, for as long as the SYN may still carry data; then 0. */
  synMss: number;
  /** Client: what the first SYN had. */
  tried: 'nothing' | 'cookie-request' | 'data';
  /** Client: that it did not work is remembered already. */
  failed: boolean;
  /** Client: the SYN-ACK has acknowledged data of the SYN. */
  accepted: boolean;
  /** Server: the `FastOpened` flag of §4.2. The program has the connection before the handshake is over. */
  opened: boolean;

  constructor(cookie: Uint8Array | undefined) {
    this.cookie = cookie;
    this.synMss = 0;
    this.tried = 'nothing';
    this.failed = false;
    this.accepted = false;
    this.opened = false;
  }
}
