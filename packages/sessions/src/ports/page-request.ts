/** The last row of the previous page. Pages are ordered by (time, id), newest first, so rows may change in between. */
export interface PagePosition {
  readonly time: number;
  readonly id: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: PagePosition | undefined;
}
