/** Holds an emulator's answers against the vendor's own description of its API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

interface Reduced {
  readonly answers: Readonly<Record<string, object>>;
  readonly components: object;
}

export interface Conformance {
  /** What does not fit, one line each; empty where it fits or where the description says nothing. */
  objections(method: string, path: string, status: number, json: unknown): readonly string[];
  /** Operations of the description that no answer has been held against. */
  unmet(): readonly string[];
}

export function readConformance(vendor: 'vercel' | 'github'): Conformance {
  const file = join(import.meta.dirname, `../../fixtures/${vendor}-openapi.json`);
  const { answers, components } = JSON.parse(readFileSync(file, 'utf8')) as Reduced;
  // The vendors' files use formats and keywords of OpenAPI that say nothing of the shape.
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false, allErrors: true });
  const met = new Set<string>();
  const checked = Object.keys(answers).map((key) => {
    const [method, path = '', status] = key.split(' ');
    const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);
    return { key, method, pattern, status: Number(status) };
  });
  // All at once, before any server runs: compiling takes seconds in which nothing else is answered.
  const validators = new Map<string, ValidateFunction>(
    Object.entries(answers).map(([key, answer]) => [key, ajv.compile({ ...answer, components })]),
  );
  return {
    objections(method, path, status, json) {
      const bare = path.split('?')[0] ?? '';
      const fitting = checked.filter((one) => one.method === method && one.status === status && one.pattern.test(bare));
      // The most literal description: `/deployments/{id}` would fit a path below it only by its own length.
      const [found] = fitting.toSorted((a, b) => a.key.split('{').length - b.key.split('{').length);
      if (!found) return [];
      met.add(found.key);
      const validate = validators.get(found.key);
      if (!validate || validate(json)) return [];
      return (validate.errors ?? []).map(({ instancePath, message }) => `${found.key} ${instancePath} ${message}`);
    },
    unmet: () => checked.map(({ key }) => key).filter((key) => !met.has(key)),
  };
}
