import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { accessWith } from "../../api-access/call-api";
import { adminKey, hasAdminCookie } from "../../auth/admin-cookie";
import { isSignInAnswer } from "../../auth/sign-in-answer";
import { LoginForm } from "../../login/login-form";
import { Logo } from "../../shell/logo";

export const metadata: Metadata = { title: "Sign in" };

interface LoginPageProps {
  readonly searchParams: Promise<{ readonly answer?: string | string[] }>;
}

const LoginPage = async ({ searchParams }: LoginPageProps) => {
  const access = await accessWith(await adminKey());
  if (access === "admin") redirect("/");
  const { answer } = await searchParams;
  const initial = isSignInAnswer(answer)
    ? answer
    : access === "unreachable"
      ? "unreachable"
      : (await hasAdminCookie())
        ? "expired"
        : null;
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center px-5 pb-24">
      <div className="mb-6 flex items-center gap-2.5">
        <Logo className="size-7 text-accent" />
        <h1 className="text-xl font-semibold tracking-[-0.01em]">Sign in to Adjourn</h1>
      </div>
      <LoginForm initial={initial} />
    </main>
  );
};

export default LoginPage;
