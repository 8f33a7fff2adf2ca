/** Keeps the one secret that all nodes of a deployment share, beside what a session store keeps. */
export interface SecretStore {
  /**
   * Keeps `candidate` as the secret unless one is kept already.
   * @returns the one that is kept, the same for all who ask
   * @throws StoreUnavailableError
   */
  readOrCreateSecret(candidate: string): Promise<string>;
}
