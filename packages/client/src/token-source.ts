/** `wasRefused`: the server refused the last token, so a function that caches tokens must return another one. */
export interface TokenRequest {
  readonly wasRefused: boolean;
}

export type Token = string | ((request: TokenRequest) => string | undefined | Promise<string | undefined>);

/** Where calls and sockets get the token from. */
export interface TokenSource {
  request(): Promise<string | undefined>;
  /** False for a constant token: another attempt would bring the same refusal. */
  readonly canRenew: boolean;
  /** The server has refused the last token. */
  refuse(): void;
}

export const createTokenSource = (token: Token | undefined): TokenSource => {
  let wasRefused = false;
  return {
    request: async () => {
      const request = { wasRefused };
      wasRefused = false;
      return typeof token === "function" ? token(request) : token;
    },
    canRenew: typeof token === "function",
    refuse: () => {
      wasRefused = true;
    },
  };
};
