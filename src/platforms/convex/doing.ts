/** What a call that takes a while needs of its caller. */

export interface Doing {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}
