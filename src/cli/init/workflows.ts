/** Workflows for GitHub Actions: which there are, and their text. */
import { actionsExpression as value, type Job, workflowText } from './workflow-text.ts';
import type { Choices } from './written.ts';

export const WORKFLOWS = ['preview', 'staging', 'production', 'rollback'] as const;
export type WorkflowName = (typeof WORKFLOWS)[number];

export const WORKFLOW_FILES: Readonly<Record<WorkflowName, string>> = {
  preview: '.github/workflows/preview.yml',
  staging: '.github/workflows/staging.yml',
  production: '.github/workflows/deploy.yml',
  rollback: '.github/workflows/rollback.yml',
};

/** Environments that the chosen workflows deploy to, besides production. */
export function environmentsOf(names: readonly WorkflowName[]): readonly ('staging' | 'preview')[] {
  return (['staging', 'preview'] as const).filter((name) => names.includes(name));
}

const preview = (choices: Choices): Job => ({
  name: 'Preview',
  on: `  pull_request:
    types: [opened, synchronize, reopened]`,
  environment: 'preview',
  // A fork gets no secrets, and its code must not run on a machine of ours.
  condition: 'github.event.pull_request.head.repo.full_name == github.repository',
  checkout: { ref: value('github.event.pull_request.head.sha') },
  command: 'deploy "$COMMIT" --env preview --reason "$REASON"',
  variables: {
    COMMIT: value('github.event.pull_request.head.sha'),
    REASON: `pull request ${value('github.event.number')}`,
  },
  choices,
});

const staging = (choices: Choices): Job => ({
  name: 'Staging',
  on: `  push: { branches: [${JSON.stringify(choices.branch)}] }
  workflow_dispatch:`,
  environment: 'staging',
  command: 'deploy "$GITHUB_SHA" --env staging',
  variables: {},
  choices,
});

/** By hand any commit; by tag that tag. */
const production = (choices: Choices): Job => ({
  name: 'Deploy',
  on: `  push: { tags: ['v*'] }
  workflow_dispatch:
    inputs:
      ref: { description: 'Commit or tag (empty: the branch that is chosen above)', required: false, type: string }
      reason: { description: 'Why, for the record', required: false, type: string }`,
  environment: 'production',
  command: 'deploy "${REF:-$GITHUB_SHA}" --env production ${REASON:+--reason "$REASON"}',
  variables: { REF: value('inputs.ref'), REASON: value('inputs.reason') },
  choices,
});

const rollback = (choices: Choices): Job => ({
  name: 'Roll back',
  on: `  workflow_dispatch:
    inputs:
      release: { description: 'Release or commit to go back to (empty: the one before)', required: false, type: string }
      reason: { description: 'Why, for the record', required: true, type: string }`,
  environment: 'production',
  command: 'rollback ${RELEASE:+"$RELEASE"} --env production --reason "$REASON"',
  variables: { RELEASE: value('inputs.release'), REASON: value('inputs.reason') },
  choices,
});

const JOBS: Readonly<Record<WorkflowName, (choices: Choices) => Job>> = { preview, staging, production, rollback };

export function workflow(name: WorkflowName, choices: Choices): string {
  return workflowText(JOBS[name](choices));
}
