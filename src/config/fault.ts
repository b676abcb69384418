/** One thing that is wrong with a configuration, and how all of them are told together. */
import { Problem } from '../core/errors.ts';
import type { KeyPath } from '../util/document.ts';
import { pathText } from '../util/shape-issues.ts';

export interface Fault {
  readonly path: KeyPath;
  readonly what: string;
}

/** Where things stand in the file. */
export interface Places {
  /** File name as shown. */
  readonly name: string;
  lineOf(path: KeyPath): number;
  /** Where the value at a path was written, when that is elsewhere (`extends`, `defaults`). */
  origin(path: KeyPath): KeyPath;
}

/** `belay.yml:12  environments.production.targets.web.prot: unknown key; did you mean "port"?`; each once, in the order of the file. */
export function faultLines(faults: readonly Fault[], places: Places): string[] {
  const located = faults.map((fault) => {
    const path = places.origin(fault.path);
    const key = path.length > 0 ? `${pathText(path)}: ` : '';
    const line = places.lineOf(path);
    return { line, text: `${places.name}:${line}  ${key}${fault.what}` };
  });
  return [...new Set(located.sort((a, b) => a.line - b.line).map(({ text }) => text))];
}

export function invalidConfig(name: string, details: readonly string[]): Problem {
  const count = details.length === 1 ? '1 problem' : `${details.length} problems`;
  return new Problem('CONFIG_INVALID', `${name} has ${count}`, {
    why: details[0] ?? 'it cannot be read',
    next: 'belay config explain KEY shows what a key means',
    retry: 'after-change',
    details,
  });
}
