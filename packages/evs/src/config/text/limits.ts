/** Bounds on what one configuration may ask of the reader, so that no input makes it hang or run out of memory. */
export const limits = {
  /** A physical line, as in keepalived. */
  lineLength: 1023,
  /** One line after its definitions were put in. */
  expandedLength: 65_536,
  /** Definitions that one line may use, nested ones included. */
  expansionsPerLine: 1_000,
  /** Characters that definitions may write in all lines together. */
  expandedTotal: 16 * 1024 * 1024,
  /** Rounds of one ~SEQ. */
  rounds: 65_536,
  /** Lines made of lines: loops in definitions in loops. */
  nesting: 16,
  includeDepth: 16,
  files: 1_000,
  fileBytes: 16 * 1024 * 1024,
  statements: 1_000_000,
  blockDepth: 16,
  /** Problems that are told; the rest is counted. */
  diagnostics: 1_000,
} as const;
