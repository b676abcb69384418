/** A run of GitHub Actions as a command sees it: its variables, the two files, and GitHub's API on this machine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GithubEmulator, startGithubEmulator } from '../../src/emulators/github/emulator.ts';

export interface ActionsRun {
  readonly github: GithubEmulator;
  readonly env: NodeJS.ProcessEnv;
  summary(): string;
  /** Read as a runner reads them: the last value of each name. */
  outputs(): Readonly<Record<string, string>>;
  /** Empties both files: a new step. */
  nextStep(): void;
  /** Latest state first, of each deployment in the order in which they were made. */
  states(): readonly string[];
  dispose(): Promise<void>;
}

/** Values between a name with a delimiter and that delimiter on a line of its own. */
function readOutputs(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length - 1; at += 1) {
    const [name = '', delimiter] = lines[at]?.split('<<') ?? [];
    if (delimiter === undefined) throw new Error(`not an output: ${lines[at]}`);
    const end = lines.indexOf(delimiter, at + 1);
    values[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return values;
}

export async function startActionsRun(): Promise<ActionsRun> {
  const github = await startGithubEmulator();
  const folder = mkdtempSync(join(tmpdir(), 'belay-actions-'));
  const [summary, output] = [join(folder, 'summary.md'), join(folder, 'output')];
  const nextStep = () => {
    for (const file of [summary, output]) writeFileSync(file, '');
  };
  nextStep();
  return {
    github,
    env: {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: 'mia',
      GITHUB_API_URL: github.url,
      GITHUB_OUTPUT: output,
      GITHUB_REPOSITORY: github.repo,
      GITHUB_RUN_ID: '77',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_TOKEN: github.token,
    },
    nextStep,
    summary: () => readFileSync(summary, 'utf8'),
    outputs: () => readOutputs(readFileSync(output, 'utf8')),
    states: () => github.deployments.map(({ statuses }) => statuses.map(({ state }) => state).join(' ')),
    dispose: async () => {
      await github.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
