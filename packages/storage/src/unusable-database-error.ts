/** The database can't be used and a retry would not help. The message is one line for the operator. */
export class UnusableDatabaseError extends Error {
  override readonly name = "UnusableDatabaseError";
}
