"use client";

import { type FormEvent, useState } from "react";
import { isSignInAnswer, type SignInResult } from "../auth/sign-in-answer";
import { inBackground } from "../live/in-background";
import { reportToOtherTabs } from "./other-tabs";

const send = async (form: HTMLFormElement): Promise<SignInResult> => {
  try {
    const response = await fetch("/api/sign-in", {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams([["key", String(new FormData(form).get("key") ?? "")]]),
    });
    const { answer, retryAfter }: { answer?: unknown; retryAfter?: unknown } = await response.json();
    if (!isSignInAnswer(answer)) return { answer: "unreachable" };
    return { answer, retryAfter: typeof retryAfter === "number" ? retryAfter : undefined };
  } catch {
    return { answer: "unreachable" };
  }
};

/** Sends the sign-in form. `number` counts the results, so that one can be distinguished from an equal one before it. */
export const useSignIn = (initial: SignInResult | null, onSignedIn: () => void) => {
  const [{ result, number }, setState] = useState({ result: initial, number: 0 });
  const [isBusy, setIsBusy] = useState(false);

  const submit = async (form: HTMLFormElement) => {
    setIsBusy(true);
    const next = await send(form);
    if (next.answer === "signed-in") {
      reportToOtherTabs("in");
      return onSignedIn();
    }
    setState((before) => ({ result: next, number: before.number + 1 }));
    setIsBusy(false);
    form.querySelector<HTMLInputElement>("input[name=key]")?.select();
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isBusy) inBackground(submit(event.currentTarget));
  };
  return { result, number, isBusy, onSubmit };
};
