/** In GitHub Actions: a job summary, an annotation when it did not go well, and outputs for later steps. */
import { appendFileSync } from 'node:fs';
import type { Cli } from '../cli.ts';
import type { Ending } from './outcome.ts';
import { OUTCOME_WORDS } from './shape.ts';

/** Workflow commands end at a line break, and read percent signs as escapes. */
function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function append(path: string | null, text: string): void {
  if (path) appendFileSync(path, text);
}

export function reportToGitHub(cli: Cli, ending: Ending, outputs: Readonly<Record<string, string>>): void {
  const { github } = cli.env;
  if (!github) return;
  const word = OUTCOME_WORDS[ending.outcome];
  const rows = [`| why | ${ending.reason ?? '–'} |`, `| live | ${ending.live} |`, `| next | \`${ending.next}\` |`];
  append(github.stepSummary, `### ${word}: ${ending.what}\n\n| | |\n| --- | --- |\n${rows.join('\n')}\n`);
  append(
    github.output,
    Object.entries(outputs)
      .map(([name, value]) => `${name}=${value.replaceAll('\n', ' ')}\n`)
      .join(''),
  );
  if (ending.outcome === 'committed') return;
  const kind = ending.outcome === 'paused' ? 'warning' : 'error';
  cli.err(
    `::${kind} title=${escape(`belay: ${word}`)}::${escape(`${ending.reason ?? ending.what}. Live: ${ending.live}`)}`,
  );
}
