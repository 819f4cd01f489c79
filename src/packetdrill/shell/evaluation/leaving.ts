/** `exit` and `return`: they leave the commands around them at once, so they are thrown. */
export class Leaving extends Error {
  readonly status: number;
  /** `return` leaves the file that was read in; `exit` leaves the shell. */
  readonly isReturn: boolean;

  constructor(status: number, isReturn: boolean) {
    super('the shell is left');
    this.name = 'Leaving';
    this.status = status;
    this.isReturn = isReturn;
  }
}
