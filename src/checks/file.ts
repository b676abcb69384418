/** Reads a health file, YAML or JSON; nothing in it is ignored, and every fault comes with its line. */
import { readFileSync } from 'node:fs';
import { describeError, Problem } from '../core/errors.ts';
import { isFaulty, readDocument } from '../util/document.ts';
import { describeIssues, pathText } from '../util/shape-issues.ts';
import { knownKeys } from '../util/known-keys.ts';
import { healthShape, type WrittenHealth } from './shape.ts';

/** `name` is how the file is called in messages. @throws Problem CONFIG_INVALID with a line for each fault */
export async function readHealthFile(path: string, name: string = path): Promise<WrittenHealth> {
  const document = await readDocument(readText(path, name));
  if (isFaulty(document))
    throw invalid(
      name,
      document.map((fault) => `${name}:${fault.line}  ${fault.what}`),
    );
  const value = document.value ?? {};
  const parsed = healthShape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = describeIssues(parsed.error.issues, value, (keys) => knownKeys(healthShape, keys, value));
  throw invalid(
    name,
    issues.map(({ path: keys, what }) => {
      const key = keys.length > 0 ? `${pathText(keys)}: ` : '';
      return `${name}:${document.lineOf(keys)}  ${key}${what}`;
    }),
  );
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(name, [`${name}  cannot be read: ${describeError(error)}`]);
  }
}

function invalid(name: string, details: readonly string[]): Problem {
  return new Problem(
    'CONFIG_INVALID',
    `${name} has ${details.length === 1 ? '1 problem' : `${details.length} problems`}`,
    {
      why: details[0] ?? 'it cannot be read',
      next: `correct ${name} and run the same command again`,
      retry: 'after-change',
      details,
    },
  );
}
