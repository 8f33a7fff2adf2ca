"use client";

import { type FormEvent, useId, useState } from "react";
import { isSignInAnswer, type SignInAnswer, signInAnswers } from "../auth/sign-in-answer";
import { inBackground } from "../live/in-background";
import { Button } from "../ui/button";
import { Field, Input } from "../ui/field";

const send = async (form: HTMLFormElement): Promise<SignInAnswer> => {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams([["key", String(new FormData(form).get("key") ?? "")]]),
    });
    const { answer }: { answer?: unknown } = await response.json();
    return isSignInAnswer(answer) ? answer : "unreachable";
  } catch {
    return "unreachable";
  }
};

/** Works before its script has loaded too: the form then goes to the same address by itself. */
export const LoginForm = ({ initial }: { readonly initial: SignInAnswer | null }) => {
  const id = useId();
  const [answer, setAnswer] = useState(initial);
  const [isBusy, setIsBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setIsBusy(true);
    const next = await send(form);
    // A full page load, so that no state from before the sign-in remains.
    if (next === "signed-in") return window.location.assign("/");
    setAnswer(next);
    setIsBusy(false);
    form.querySelector("input")?.select();
  };

  return (
    <form
      action="/api/sign-in"
      method="post"
      onSubmit={(event) => inBackground(submit(event))}
      className="grid gap-4 rounded-xl border border-line bg-surface p-5 shadow-card sm:p-6"
    >
      <Field id={id} label="Admin key" hint="One of the keys in ADJOURN_ADMIN_KEY, without its name.">
        <Input
          id={id}
          name="key"
          type="password"
          required
          autoComplete="current-password"
          spellCheck={false}
          aria-invalid={answer === "wrong" || answer === "not-admin" || undefined}
          aria-describedby={answer ? `${id}-answer ${id}-hint` : `${id}-hint`}
          className="h-10"
        />
      </Field>
      {answer && (
        <p id={`${id}-answer`} role="alert" className="rounded-md bg-danger-wash px-3 py-2 text-danger">
          {signInAnswers[answer]}
        </p>
      )}
      <Button kind="primary" type="submit" className="h-10" aria-disabled={isBusy}>
        {isBusy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
};
