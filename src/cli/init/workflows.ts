/** Workflows for GitHub Actions: deploy on push, roll back by hand. */
import type { Choices } from './written.ts';

/**
 * Inputs go through the environment, never into the script: a branch name or a reason is not a program.
 * Nothing unlocks on failure: the next command finishes or undoes what was left, and only that is safe.
 */
function steps(choices: Choices, command: string, env: Readonly<Record<string, string>>): string {
  const variables = {
    BELAY_STORE: '${{ secrets.BELAY_STORE }}',
    ...(choices.databaseUrl ? { DATABASE_URL: '${{ secrets.DATABASE_URL }}' } : {}),
    ...env,
  };
  const lines = Object.entries(variables).map(([name, value]) => `          ${name}: ${value}`);
  return `    # The machine that serves. Its disk keeps the releases, so the checkout is not cleaned.
    runs-on: self-hosted
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 0, clean: false }
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npx --yes belayctl@${choices.version} ${command}
        env:
          # postgres://… : the journal and the lock, seen by everybody who deploys
${lines.join('\n')}`;
}

const CONCURRENCY = `permissions: { contents: read }

# One at a time, and none is cut off: what was begun ends, or goes back.
concurrency: { group: belay-production, cancel-in-progress: false }
`;

export function deployWorkflow(choices: Choices): string {
  return `name: Deploy
on:
  push: { branches: [${JSON.stringify(choices.branch)}] }
  workflow_dispatch:

${CONCURRENCY}
jobs:
  deploy:
${steps(choices, 'deploy "$GITHUB_SHA" --env production', {})}
`;
}

export function rollbackWorkflow(choices: Choices): string {
  const command = 'rollback ${RELEASE:+"$RELEASE"} --env production --reason "$REASON"';
  const env = { RELEASE: '${{ inputs.release }}', REASON: '${{ inputs.reason }}' };
  return `name: Roll back
on:
  workflow_dispatch:
    inputs:
      release: { description: 'Release or commit to go back to (empty: the one before)', required: false, type: string }
      reason: { description: 'Why, for the record', required: true, type: string }

${CONCURRENCY}
jobs:
  rollback:
${steps(choices, command, env)}
`;
}
