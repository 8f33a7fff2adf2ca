/** What has to be taken away again, the newest first; Node 20 has no stack of its own for this. */
export class Undo implements AsyncDisposable {
  private readonly steps: (() => unknown)[] = [];

  defer(step: () => unknown): void {
    this.steps.push(step);
  }

  use<Thing extends AsyncDisposable>(thing: Thing): Thing {
    this.defer(() => thing[Symbol.asyncDispose]());
    return thing;
  }

  /** Undoes everything if `work` fails. */
  async unless<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.steps.splice(0).reverse()) await step();
  }
}
