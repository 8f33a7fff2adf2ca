import { getIronSession, type IronSession } from "iron-session";
import { cookies } from "next/headers";
import { cookieSecret } from "./cookie-secret";

interface SignIn {
  adminKey?: string;
}

const name = "adjourn_admin";
const days = 7;

/** The sign-in cookie of this request. `secure`: the browser used https. */
export const openAdminCookie = async (secure: boolean): Promise<IronSession<SignIn>> =>
  getIronSession<SignIn>(await cookies(), {
    password: cookieSecret(),
    cookieName: name,
    ttl: days * 86_400,
    cookieOptions: { httpOnly: true, sameSite: "strict", path: "/", secure },
  });

/** Whether the request has a sign-in cookie, valid or not. */
export const hasAdminCookie = async (): Promise<boolean> => (await cookies()).has(name);

/** The admin key in this request's cookie, if the cookie is valid. */
export const adminKey = async (): Promise<string | undefined> =>
  (await hasAdminCookie()) ? (await openAdminCookie(false)).adminKey : undefined;
