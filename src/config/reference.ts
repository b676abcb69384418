/** The page about every key of the configuration and of health files, made from the shapes. */
import { healthShape } from '../checks/shape.ts';
import { describeShape, type KeyDescription } from './describe-shape.ts';
import { configShape } from './shape.ts';

/** Markdown; `docs/config.md` is this text. */
export function configReference(): string {
  const all = describeShape(configShape).filter(({ path }) => path !== '$schema' && !path.startsWith('defaults.'));
  const keys = all.filter(
    ({ path }) => !path.startsWith('environments.NAME.checks') || path === 'environments.NAME.checks',
  );
  return [
    '# Configuration',
    '',
    'One shape for `belay.config.ts`, `belay.yml` and `belay.json`. Unknown keys are errors. Paths are relative to the file.',
    "A duration is a text with its unit (`500ms`, `30s`, `5m`, `1h30m`), a share `5%` or `0.05`. A secret is `secret('NAME')`",
    'in TypeScript and `{ secret: NAME }` in YAML; its value is read from the variable, or from `file`.',
    '`defaults` takes the keys of an environment. In what is laid over something else, `null` removes, lists replace.',
    '',
    table(keys),
    '',
    '## Health files',
    '',
    'What `checks` names or holds; YAML or JSON.',
    '',
    table(describeShape(healthShape)),
    '',
  ].join('\n');
}

function table(keys: readonly KeyDescription[]): string {
  const rows = keys.map(
    (key) => `| ${[name(key), escape(key.kind), fallback(key), escape(key.description)].join(' | ')} |`,
  );
  return ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...new Set(rows)].join('\n');
}

function name({ path, when, kind }: KeyDescription): string {
  return when && !kind.startsWith('"') ? `\`${path}\` (${when})` : `\`${path}\``;
}

function fallback(key: KeyDescription): string {
  if (key.required) return 'required';
  return key.default === undefined ? '' : `\`${escape(JSON.stringify(key.default))}\``;
}

const escape = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
