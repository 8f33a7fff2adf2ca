/**
 * Calls `run` at most once every `everyMs`: after the first request, and once more if others came in the meantime. The
 * delay before the first run must be longer than an answer is kept by the API, or the run would get an older one.
 */
export const createThrottle = (run: () => void, everyMs: number) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAgain = false;
  const start = () => {
    timer = setTimeout(() => {
      timer = undefined;
      if (isAgain) start();
      isAgain = false;
      run();
    }, everyMs);
  };
  return {
    request: () => {
      if (timer === undefined) start();
      else isAgain = true;
    },
    stop: () => clearTimeout(timer),
  };
};
