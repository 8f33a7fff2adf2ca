import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { env } from "./env";
import { contentSecurityPolicy } from "./server/content-security-policy";
import { isAllowedHost } from "./server/request-origin";

/** Goes before every page and file: who may call at all, and what a page's scripts may do. */
export const proxy = async (request: NextRequest): Promise<NextResponse> => {
  if (!(await isAllowedHost(request.headers)))
    return new NextResponse("Without keys Adjourn answers on this machine's own names alone.\n", {
      status: 403,
    });
  const { publicApiUrl, development } = env();
  const nonce = randomBytes(16).toString("base64");
  const policy = contentSecurityPolicy(nonce, publicApiUrl, development);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  // Next reads the nonce for its own scripts from the request's policy.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
};

// The routes under /api look at it themselves, and answer in their own form.
export const config = { matcher: "/((?!api/).*)" };
