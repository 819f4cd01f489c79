/** A name that the kernel's code knows, and that has no value here: whoever uses it asks for what wirelab has not. */
import type { PythonValue } from './values.ts';

export class Missing {
  /** For a person: "tcp_info field tcpi_rehash". */
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}

/** What code may use without having defined it. */
export type Names = ReadonlyMap<string, PythonValue | Missing>;
