/** `connect-src` includes the API's WebSocket origin only; all other calls go to this server. */
export const contentSecurityPolicy = (nonce: string, publicApiUrl: string, development = false): string =>
  [
    "default-src 'self'",
    // React's development build evaluates strings to rebuild stacks.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // The dialog's scroll lock adds a style element with the nonce; virtual rows are placed by style attributes.
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${new URL(publicApiUrl).origin.replace(/^http/, "ws")}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
