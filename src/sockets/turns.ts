/** How a world lets programs run that an event has woken. */
export interface Turns {
  /** Settles when everything that follows from what has happened has been done. */
  take(): Promise<void>;
  /** No more turns are taken. */
  close(): void;
}
