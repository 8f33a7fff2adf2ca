/** Results of an attempt to sign in, with the text that the form shows. */
export const signInAnswers = {
  "signed-in": "Signed in.",
  wrong: "That key is not valid.",
  "not-admin": "That key is valid, but it is not an admin key.",
  limited: "Too many wrong keys.",
  expired: "Your sign-in has expired. Sign in again.",
  refused: "This page may not sign in here.",
  unreachable: "The Adjourn API can't be reached. Try again in a moment.",
} as const;

export type SignInAnswer = keyof typeof signInAnswers;

export const isSignInAnswer = (value: unknown): value is SignInAnswer =>
  typeof value === "string" && Object.hasOwn(signInAnswers, value);

export interface SignInResult {
  readonly answer: SignInAnswer;
  /** Seconds until the next attempt is allowed; only with `limited`. */
  readonly retryAfter?: number | undefined;
}
