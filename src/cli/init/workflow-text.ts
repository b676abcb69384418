/** One deployment as a workflow of GitHub Actions, the same for all: what may go wrong in a run is thought of once. */
import { hasPlatforms, platformSecrets } from './platform.ts';
import type { Choices } from './written.ts';

export interface Job {
  readonly name: string;
  /** Lines below `on:`. */
  readonly on: string;
  readonly environment: 'production' | 'staging' | 'preview';
  readonly condition?: string;
  readonly checkout?: Readonly<Record<string, string>>;
  /** What `belay` is told, in the shell. */
  readonly command: string;
  /** Whatever comes from outside gets into the shell as a variable: a branch name or a reason is not a program. */
  readonly variables: Readonly<Record<string, string>>;
  readonly choices: Choices;
}

export const actionsExpression = (expression: string): string => `\${{ ${expression} }}`;

const block = (indent: number, lines: readonly string[]): string =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join('\n');

const map = (entries: Readonly<Record<string, string>>): string[] =>
  Object.entries(entries).map(([name, text]) => `${name}: ${text}`);

/** For the steps that run belay, and no other: what is installed sees no secret. */
const surroundings = ({ databaseUrl, platforms }: Choices) => ({
  GITHUB_TOKEN: actionsExpression('github.token'),
  BELAY_STORE: actionsExpression('secrets.BELAY_STORE'),
  ...Object.fromEntries(platformSecrets(platforms).map((name) => [name, actionsExpression(`secrets.${name}`)])),
  ...(databaseUrl ? { DATABASE_URL: actionsExpression('secrets.DATABASE_URL') } : {}),
});

function steps({ choices, checkout = {}, command, variables, environment }: Job): string[] {
  const env = (more: Readonly<Record<string, string>>) => [
    '  env:',
    ...map({ ...surroundings(choices), ...more }).map((line) => `    ${line}`),
  ];
  return [
    '- uses: actions/checkout@v4',
    '  with:',
    ...map({ 'fetch-depth': '0', clean: 'false', ...checkout }).map((line) => `    ${line}`),
    '- uses: actions/setup-node@v4',
    '  with: { node-version: 22 }',
    `- run: npm install --global --ignore-scripts belayctl@${choices.version}`,
    '# exec: a cancelled run interrupts this very process, which then finishes its step or undoes.',
    '- id: belay',
    `  run: exec belay ${command}`,
    ...env(variables),
    '# Without an outcome it was cut off: what was begun is finished or undone now. Nothing is unlocked by force.',
    `- if: always() && steps.belay.outcome != 'skipped' && steps.belay.outputs.outcome == ''`,
    `  run: exec belay recover --env ${environment}`,
    ...env({}),
  ];
}

export function workflowText(job: Job): string {
  const { name, on, environment, condition } = job;
  return `name: ${name}
on:
${on}

# deployments: belay posts what is live, and after a rollback what is live again
permissions: { contents: read, deployments: write }

# One at a time, and none is cut off: what was begun ends, or goes back. The lock of belay holds
# for everybody, this only spares the runner the wait.
concurrency: { group: belay-${environment}, cancel-in-progress: false }

jobs:
  belay:
${block(4, [
  ...(condition === undefined ? [] : [`if: ${condition}`]),
  ...(hasPlatforms(job.choices.platforms)
    ? ['runs-on: ubuntu-latest']
    : [
        '# The machine that serves. Its disk keeps the releases, so the checkout is not cleaned.',
        'runs-on: self-hosted',
      ]),
  'timeout-minutes: 60',
  '# Its secrets, and who has to approve: Settings > Environments. The deployment itself is posted by belay.',
  '# BELAY_STORE is postgres://… : the journal and the lock, seen by everybody who deploys.',
  `environment: { name: ${environment}, deployment: false }`,
  'steps:',
  ...steps(job).map((line) => `  ${line}`),
])}
`;
}
