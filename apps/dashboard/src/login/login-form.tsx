"use client";

import { useId } from "react";
import { type SignInResult, signInAnswers } from "../auth/sign-in-answer";
import { Button } from "../ui/button";
import { classNames } from "../ui/classes/class-names";
import { Field, Input } from "../ui/field";
import { LockNotice } from "./lock-notice";
import { useSignIn } from "./use-sign-in";

interface LoginFormProps {
  /** The page that is shown after signing in. */
  readonly next: string;
  /** What is known before anything has been sent. */
  readonly initial: SignInResult | null;
  /** In place of loading `next`. */
  readonly onSignedIn?: () => void;
  readonly className?: string;
}

/** Works before its script has loaded too: the form then goes to the same address by itself. */
export const LoginForm = ({ next, initial, onSignedIn, className }: LoginFormProps) => {
  const id = useId();
  const { result, number, isBusy, onSubmit } = useSignIn(
    initial,
    // A full page load, so that no state from before the sign-in remains.
    onSignedIn ?? (() => window.location.assign(next)),
  );
  return (
    <form
      action="/api/sign-in"
      method="post"
      onSubmit={onSubmit}
      className={classNames("grid gap-4", className)}
    >
      <input type="hidden" name="next" value={next} />
      <Field id={id} label="Admin key" hint="One of the keys in ADJOURN_ADMIN_KEY, with or without its name.">
        <Input
          id={id}
          name="key"
          type="password"
          required
          autoFocus
          autoComplete="current-password"
          spellCheck={false}
          aria-invalid={result?.answer === "wrong" || result?.answer === "not-admin" || undefined}
          aria-describedby={result ? `${id}-answer ${id}-hint` : `${id}-hint`}
          className="h-10"
        />
      </Field>
      {result && <ResultNotice key={number} id={`${id}-answer`} result={result} />}
      <Button kind="primary" type="submit" className="h-10" aria-disabled={isBusy}>
        {isBusy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
};

const ResultNotice = ({ id, result }: { readonly id: string; readonly result: SignInResult }) => {
  const { answer, retryAfter } = result;
  if (answer === "limited") return <LockNotice id={id} retryAfter={retryAfter ?? 60} />;
  return (
    <p id={id} role="alert" className="rounded-md bg-danger-wash px-3 py-2 text-danger">
      {signInAnswers[answer]}
    </p>
  );
};
