/** Prints one thing after the other, in the format that was asked for, without keeping them. */
import type { Cli } from '../cli.ts';

export type Format = 'text' | 'json' | 'ndjson' | 'csv';

export interface Listing<T> {
  add(item: T): void;
  end(): void;
}

export interface Forms<T> {
  readonly header: string;
  csv(item: T): string;
  text(item: T): string;
  /** Said to people when there was nothing. */
  readonly empty: string;
}

export function createListing<T>(cli: Cli, format: Format, forms: Forms<T>): Listing<T> {
  let count = 0;
  if (format === 'csv') cli.out(forms.header);
  return {
    add(item) {
      count += 1;
      if (format === 'text') cli.out(forms.text(item));
      else if (format === 'csv') cli.out(forms.csv(item));
      else if (format === 'ndjson') cli.out(JSON.stringify(item));
      else cli.out(`${count === 1 ? '[' : ','}${JSON.stringify(item)}`);
    },
    end() {
      if (format === 'json') cli.out(count === 0 ? '[]' : ']');
      if (format === 'text' && count === 0) cli.err(forms.empty);
    },
  };
}
