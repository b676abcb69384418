/** What is thrown for a document that is no GraphQL schema. The command line tells it with the name of the file. */

export class UnreadableGraphql extends Error {
  override readonly name = 'UnreadableGraphql';
  readonly side: 'old' | 'new';
  /** From 1; null when the fault has no place, as a type that is not defined anywhere. */
  readonly line: number | null;

  constructor(side: 'old' | 'new', message: string, line: number | null, cause?: unknown) {
    super(message, { cause });
    this.side = side;
    this.line = line;
  }
}
