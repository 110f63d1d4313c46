/** A layout that cannot be built, or a value or bytes that do not fit one. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
}
