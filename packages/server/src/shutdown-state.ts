/** The progress of a shutdown. */
export interface ShutdownState {
  /** `/readyz` answers 503, so that load balancers stop sending requests; everything else is served. */
  isStopping: boolean;
  /** Subscribers are dropped and new calls get 503. */
  isDraining: boolean;
}
