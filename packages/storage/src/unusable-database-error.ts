/** A database that can't be used as it is, whatever is retried; its message is one line for the operator. */
export class UnusableDatabaseError extends Error {
  override readonly name = "UnusableDatabaseError";
}
