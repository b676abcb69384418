/** `belay.config.ts` for a project: the same as the YAML file, with types. */
import { environmentsOf } from './workflows.ts';
import { type Choices, probeComment } from './written.ts';

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function targetLines(choices: Choices): string[] {
  const { install, build, start, port, healthPath, databaseUrl, git } = choices;
  if (start === null) {
    return ['        // No start command was found. Replace this by local({ start, port }).', '        web: noop(),'];
  }
  const command = (name: string, value: string | null) =>
    value === null ? [] : [`          ${name}: ${text(value)},`];
  const secrets = databaseUrl ? [`            DATABASE_URL: secret('DATABASE_URL'),`] : [];
  return [
    '        web: local({',
    git
      ? `          source: '.', // the commit is shipped, never what is not committed`
      : `          source: { directory: '.' },`,
    ...command('install', install),
    ...command('build', build),
    ...command('start', start),
    `          port: ${port}, // public port; Belay listens here`,
    `          probe: { path: ${text(healthPath ?? '/')} }, // ${probeComment(choices)}`,
    '          env: {',
    `            NODE_ENV: 'production',`,
    ...secrets,
    '          },',
    '        }),',
  ];
}

/** What is not said again is as in production. */
function otherEnvironments({ port, start, workflows }: Choices): string[] {
  return environmentsOf(workflows).map((name, at) => {
    const targets =
      start === null ? '' : `, targets: { web: local({ start: ${text(start)}, port: ${port + 1 + at} }) }`;
    return `    ${name}: { extends: 'production'${targets} },`;
  });
}

export function configTs(choices: Choices): string {
  const runs = choices.start !== null;
  const names = ['defineConfig', runs ? 'local' : 'noop', ...(runs && choices.databaseUrl ? ['secret'] : []), 'sqlite'];
  return [
    '// How this application is deployed with Belay. Every key: belay config --reference',
    `import { ${names.join(', ')} } from 'belayctl';`,
    '',
    'export default defineConfig({',
    `  app: ${text(choices.app)},`,
    '  // The journal and the lock. For several machines, and for CI: postgres({ url: secret(...) }).',
    `  store: sqlite({ path: '.belay/journal.db' }),`,
    '  environments: {',
    '    production: {',
    `      strategy: 'blue-green', // or 'recreate', for an application that cannot run twice`,
    ...(runs ? [`      checks: 'health.yml',`] : []),
    `      bake: { time: '60s' }, // watched this long after the commit; a breach rolls back`,
    ...(choices.schema && choices.git
      ? [`      schema: 'auto', // Convex schema and SQL migrations: what breaks is refused before it ships`]
      : []),
    '      targets: {',
    ...targetLines(choices),
    '      },',
    '    },',
    ...otherEnvironments(choices),
    '  },',
    '});',
    '',
  ].join('\n');
}
