import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { accessWith } from "../../api-access/call-api";
import { adminKey, hasAdminCookie } from "../../auth/admin-cookie";
import { guessLimit } from "../../auth/guess-limit";
import { returnPath } from "../../auth/return-path";
import { isSignInAnswer, type SignInResult } from "../../auth/sign-in-answer";
import { env } from "../../env";
import { LoginForm } from "../../login/login-form";
import { clientNetwork } from "../../requests/client-network";
import { Logo } from "../../shell/logo";

export const metadata: Metadata = { title: "Sign in" };

interface LoginPageProps {
  readonly searchParams: Promise<{
    readonly answer?: string | string[];
    /** Where to go after signing in, see `return-path.ts`. */
    readonly next?: string | string[];
  }>;
}

const LoginPage = async ({ searchParams }: LoginPageProps) => {
  const { answer, next: given } = await searchParams;
  const next = returnPath(given);
  const access = await accessWith(await adminKey());
  if (access === "admin") redirect(next);
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center px-5 pb-24">
      <div className="mb-6 flex items-center gap-2.5">
        <Logo className="size-7 text-accent" />
        <h1 className="text-xl font-semibold tracking-[-0.01em]">Sign in to Adjourn</h1>
      </div>
      <LoginForm
        next={next}
        initial={await initialResult(answer, access === "unreachable")}
        className="rounded-xl border border-line bg-surface p-5 shadow-card sm:p-6"
      />
    </main>
  );
};

/** What the form says before anything has been sent. */
const initialResult = async (answer: unknown, isUnreachable: boolean): Promise<SignInResult | null> => {
  const network = clientNetwork(await headers(), env().trustProxy);
  const retryAfter = guessLimit().lockedSeconds(network);
  if (retryAfter !== null) return { answer: "limited", retryAfter };
  // A lock that has expired is not shown.
  if (isSignInAnswer(answer) && answer !== "limited") return { answer };
  if (isUnreachable) return { answer: "unreachable" };
  return (await hasAdminCookie()) ? { answer: "expired" } : null;
};

export default LoginPage;
