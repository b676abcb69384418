/** What each bench/*.ts exports as `bench`; `npm run bench` runs it in a process of its own and prints the rows as a table. */

export interface Bench {
  readonly title: string;
  /** One row per case; units go into the column's name (`median ms`, `events/s`). */
  run(): Promise<readonly BenchRow[]>;
}

export type BenchRow = Readonly<Record<string, string | number>>;
