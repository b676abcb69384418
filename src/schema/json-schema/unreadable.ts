/** What is thrown for a document that is no JSON Schema or OpenAPI description. The command line tells it with the file. */

export class UnreadableSchema extends Error {
  override readonly name = 'UnreadableSchema';
  readonly side: 'old' | 'new';

  constructor(side: 'old' | 'new', message: string) {
    super(message);
    this.side = side;
  }
}
