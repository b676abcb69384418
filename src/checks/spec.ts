/** Health checks as normalised data: what a health file says, in milliseconds and lists. */

/** A value that is only shown when asked for. */
export interface Hidden {
  reveal(): string;
}

export interface HealthSpec {
  /** Path of the health file; null when written inline. */
  readonly file: string | null;
  readonly criticalFunctions: readonly string[];
  readonly criticalQueries: readonly string[];
  /** The name of the function is appended. */
  readonly functionRunner: readonly [string, ...string[]];
  /** The file names it. */
  readonly ownRunner: boolean;
  readonly http: readonly HttpSpec[];
  readonly commands: readonly CommandSpec[];
  readonly sql: readonly SqlSpec[];
}

export interface HttpSpec {
  readonly name: string;
  /** A whole address, or a path on a target (null: the only target there is). */
  readonly at: { readonly url: string } | { readonly target: string | null; readonly path: string };
  readonly method: string;
  readonly headers: Readonly<Record<string, string | Hidden>>;
  readonly body: string | null;
  /** Inclusive ranges of status codes. */
  readonly status: readonly (readonly [number, number])[];
  readonly contains: string | null;
  /** Source of a regular expression. */
  readonly matches: string | null;
  readonly json: readonly JsonExpectation[];
  /** The answer must be complete within this; null for no such limit. */
  readonly latencyMs: number | null;
  readonly timeoutMs: number;
  /** Further tries after one that did not pass. */
  readonly retries: number;
}

export interface SqlSpec {
  readonly name: string;
  /** Address of a Postgres database, with the password. */
  readonly url: Hidden;
  /** One SELECT that answers one value. */
  readonly query: string;
  /** Null: any value will do. */
  readonly expect: Omit<JsonExpectation, 'path' | 'exists' | 'count'> | null;
  readonly timeoutMs: number;
}

export interface JsonExpectation {
  /** JSONPath, RFC 9535. */
  readonly path: string;
  readonly exists?: boolean;
  readonly equals?: unknown;
  readonly contains?: string;
  readonly matches?: string;
  readonly above?: number;
  readonly below?: number;
  /** How many values the path selects. */
  readonly count?: number;
}

export interface CommandSpec {
  readonly name: string;
  /** An argument list, or a line for `sh -c`. */
  readonly run: readonly [string, ...string[]] | string;
  readonly exit: number;
  readonly contains: string | null;
  readonly limitMs: number;
}
