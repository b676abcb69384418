/** A line on stdout that is out before the next instruction: nothing is lost when the process is killed after it. */
import { writeSync } from 'node:fs';

export function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** The JSON values that the test passed. */
export function given<T>(index: number): T {
  return JSON.parse(process.argv[2 + index] ?? 'null') as T;
}
