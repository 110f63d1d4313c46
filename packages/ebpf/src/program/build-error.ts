/** The source program asks for something that cannot work. The message begins with the path of build steps. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  /** Program, steps named with `within`, and the operation, outermost first. */
  readonly path: readonly string[];

  constructor(path: readonly string[], reason: string) {
    super(`${path.join(' › ')}: ${reason}`);
    this.path = path;
  }
}
