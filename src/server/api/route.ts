/** What the table of routes says of each. */
import type { z } from 'zod';
import type { Role } from './vocabulary.ts';

export interface Route {
  readonly method: 'get' | 'post';
  /** Below `/api/v1`. */
  readonly path: string;
  /** The lowest role that may call it. `anyone`: also somebody who is not signed in. */
  readonly allow: Role | 'anyone';
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Null: not JSON, or a redirection; `media` says what. */
  readonly answer: z.ZodType | null;
  readonly media?: string;
  /** Proves by itself who sends it, and is not from a browser: its body is handed on as it came, up to so many bytes. */
  readonly raw?: { readonly limit: number };
  readonly status?: 200 | 202 | 302;
}
