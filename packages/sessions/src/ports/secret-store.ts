/** Keeps the one secret that all nodes of a deployment share. */
export interface SecretStore {
  /**
   * Stores `candidate` as the secret unless there is one already.
   * @returns the stored secret, the same for every caller
   * @throws StoreUnavailableError
   */
  readOrCreateSecret(candidate: string): Promise<string>;
}
