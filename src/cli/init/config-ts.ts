/** `belay.config.ts` for a project: the same as the YAML file, with types. */
import { hasPlatforms, type Platforms } from './platform.ts';
import { platformTs } from './platform-lines.ts';
import { environmentsOf } from './workflows.ts';
import { type Choices, probeComment } from './written.ts';

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function targetLines(choices: Choices): string[] {
  if (hasPlatforms(choices.platforms)) return platformTs(choices);
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
function otherEnvironments({ port, start, workflows, platforms }: Choices): string[] {
  // Each needs a deployment and a project of its own: belay env create NAME says how.
  if (hasPlatforms(platforms)) return [];
  return environmentsOf(workflows).map((name, at) => {
    const targets =
      start === null ? '' : `, targets: { web: local({ start: ${text(start)}, port: ${port + 1 + at} }) }`;
    return `    ${name}: { extends: 'production'${targets} },`;
  });
}

function platformNames({ convex, vercel }: Platforms): string[] {
  return [...(convex ? ['convex'] : []), 'secret', ...(vercel ? ['vercel'] : [])];
}

function localNames({ start, databaseUrl }: Choices): string[] {
  return [start === null ? 'noop' : 'local', ...(start !== null && databaseUrl ? ['secret'] : [])];
}

export function configTs(choices: Choices): string {
  const platforms = hasPlatforms(choices.platforms);
  const runs = choices.start !== null || platforms;
  const names = ['defineConfig', ...(platforms ? platformNames(choices.platforms) : localNames(choices)), 'sqlite'];
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
    platforms
      ? `      strategy: 'all-at-once',`
      : `      strategy: 'blue-green', // or 'recreate', for an application that cannot run twice`,
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
