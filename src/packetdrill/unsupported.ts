/**
 * A script asks for what wirelab has not: a sysctl, a command, an option, a call. It is neither passed nor failed, and
 * the sentence names what is missing.
 */
export class Unsupported extends Error {
  /** @param what for a person: "sysctl net.ipv4.tcp_plb_enabled" */
  constructor(what: string) {
    super(what);
    this.name = 'Unsupported';
  }
}
