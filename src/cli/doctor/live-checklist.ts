/** What only a live account can show: read-only looks are the doctor's own, the rest is for a person, once, on staging. */
import { type Project, requireEnvironment } from '../../project.ts';
import { type Finding, notChecked } from './finding.ts';

const CONVEX = [
  ['deploy', 'deploy, then look at the functions', 'npx convex function-spec'],
  ['rollback', 'change a function, deploy, roll back, call it: the old answer', 'belay rollback'],
  ['refusal', 'add a required field to a table with documents, deploy: refused, nothing changed', 'belay deploy'],
  ['restore', 'take a snapshot, change a document, restore: the document is back', 'belay snapshot restore'],
  ['drift', 'push by hand: the status says unmanaged', 'npx convex deploy && belay status'],
] as const;

const VERCEL = [
  ['staged', 'while a deployment is checked, production still shows the release before', 'belay deploy'],
  ['rollback', 'deploy twice, roll back: production shows the first within seconds', 'belay rollback'],
  [
    'canary',
    'with strategy canary: the dashboard of Vercel shows the share that the status shows',
    'belay status --watch',
  ],
  ['drift', 'promote another deployment in the dashboard: the status tells it', 'belay status'],
] as const;

const LISTS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  convex: CONVEX,
  vercel: VERCEL,
};

/** Each is `not-checked`: nobody has seen it but you. */
export function liveChecklist(project: Project, environment: string): readonly Finding[] {
  const { targets } = requireEnvironment(project.config, environment);
  return Object.entries(targets).flatMap(([name, { type }]) =>
    (LISTS[type] ?? []).map(([what, text, command]) =>
      notChecked(`${type} ${environment}/${name} ${what}`, `by hand: ${text}`, command),
    ),
  );
}
