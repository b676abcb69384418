/** What the files of `init` are made of: what was detected, and what the person chose. */
import { stringify } from 'yaml';
import type { Detected } from './detect.ts';
import type { WorkflowName } from './workflows.ts';

export interface Choices extends Detected {
  readonly port: number;
  /** What is written for GitHub Actions. */
  readonly workflows: readonly WorkflowName[];
  /** Whether the middleware of canaries by Edge Config is written, too. */
  readonly middleware: boolean;
  /** Version of Belay, for CI. */
  readonly version: string;
}

/** A text as a YAML value, quoted only where it must be. */
export function yamlText(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}

export function probeComment(choices: Choices): string {
  return choices.healthPath === null
    ? 'no health route was found: this path must answer 2xx when the release is ready'
    : 'must answer 2xx when the release is ready';
}
