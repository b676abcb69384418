/** Why a Convex schema could not be read, in words for its author. */
import { sep } from 'node:path';
import { Problem } from '../core/errors.ts';
import type { ExecResult } from '../util/exec.ts';
import type { Evaluated } from './convex-evaluate.ts';

type Failed = Exclude<Evaluated, { readonly schema: unknown }>;

/** What `schema.export()` gave, kept beside the project. */
export const EXPORTED_FILE = 'belay.schema.json';

const SAME_IN_PROJECT = 'npx convex codegen shows the same in the project';
const WORDS = {
  load: {
    what: 'cannot be loaded',
    next: `install what it imports; what only a bundler can load needs the JSON of schema.export() in ${EXPORTED_FILE}`,
  },
  evaluate: { what: 'throws while it is evaluated', next: SAME_IN_PROJECT },
  shape: { what: 'is no Convex schema', next: SAME_IN_PROJECT },
} as const;

/** The program ran and said what is wrong. `name` is the file as the author knows it, `folder` where its project lies. */
export function failedProblem({ failed, message, details }: Failed, name: string, folder: string): Problem {
  const inProject = (line: string): string => line.replaceAll(`${folder}${sep}`, '');
  const facts = { why: inProject(message), details: details.map(inProject), retry: 'after-change' as const };
  if (failed === 'convex') {
    const next = 'npm ci, in the project';
    return new Problem('TOOL_MISSING', `${name} needs convex, which is not installed in the project`, {
      ...facts,
      next,
    });
  }
  const { what, next } = WORDS[failed];
  return new Problem('SCHEMA_UNREADABLE', `${name} ${what}`, { ...facts, next });
}

/** The program ended, or was ended, before it said anything. */
export function endedProblem(
  result: ExecResult,
  name: string,
  limits: { readonly limitMs: number; readonly memoryMb: number },
): Problem {
  if (result.ended === 'aborted') return new Problem('INTERRUPTED', `Reading ${name} was interrupted`);
  if (result.ended === 'timeout') {
    return new Problem('TIMEOUT', `${name} did not end within ${limits.limitMs / 1_000} s`, {
      why: 'a schema only declares: it must not wait, loop or call anything',
      retry: 'after-change',
    });
  }
  const heap = result.tail.some((line) => line.includes('heap out of memory'));
  return new Problem('SCHEMA_UNREADABLE', `${name} ends the process that reads it`, {
    why: heap
      ? `it needs more than ${limits.memoryMb} MB`
      : `it left with ${result.code === null ? 'a signal' : `code ${result.code}`} before it was exported`,
    details: result.tail,
    retry: 'after-change',
  });
}
