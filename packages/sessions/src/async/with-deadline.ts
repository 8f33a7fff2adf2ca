import type { Clock } from "../ports/index.js";

/** @returns the result of `work`, or `otherwise` if it fails or takes longer than `ms` */
export const withDeadline = <Result, Otherwise>(
  clock: Pick<Clock, "setTimeout">,
  ms: number,
  work: Promise<Result>,
  otherwise: Otherwise,
): Promise<Result | Otherwise> =>
  new Promise((resolve) => {
    const timer = clock.setTimeout(() => resolve(otherwise), ms);
    work.then(
      (result) => {
        timer.cancel();
        resolve(result);
      },
      () => {
        timer.cancel();
        resolve(otherwise);
      },
    );
  });
