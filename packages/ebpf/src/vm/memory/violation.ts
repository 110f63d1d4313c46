/** A program did what the kernel's verifier forbids. The interpreter adds where, and throws MachineFault. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
