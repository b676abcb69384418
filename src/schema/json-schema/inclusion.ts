/** What the parts of the comparison hand one another. */
import type { Finding } from './finding.ts';
import type { Schema } from './json.ts';
import type { Side } from './side.ts';

export interface Sides {
  readonly inner: Side;
  readonly outer: Side;
  /** True where the reader ignores properties that it does not know. */
  readonly open: boolean;
}

export interface Inclusion extends Sides {
  /** `inner` holds all at once. */
  include(inner: readonly Schema[], outer: Schema, path: string): readonly Finding[];
}
