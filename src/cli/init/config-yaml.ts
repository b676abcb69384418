/** `belay.yml` for a project, with what a person needs to know beside each key. */
import { hasPlatforms } from './platform.ts';
import { platformYaml } from './platform-lines.ts';
import { environmentsOf } from './workflows.ts';
import { type Choices, probeComment, yamlText } from './written.ts';

const HEAD = (app: string) => `# How this application is deployed with Belay.
# Every key: belay config --reference    Is this right: belay config validate
app: ${yamlText(app)}

# The journal: who deployed what, when, and how it ended. It also holds the lock,
# so everybody who deploys must see the same one. A file is for one machine; for
# several, and for CI, use Postgres (or set BELAY_STORE):
# store: { type: postgres, url: { secret: BELAY_STORE_URL } }
store: { type: sqlite, path: .belay/journal.db }
`;

function targetLines(choices: Choices): string[] {
  if (hasPlatforms(choices.platforms)) return platformYaml(choices);
  const { install, build, start, port, healthPath } = choices;
  if (start === null) return nothingToStart(choices);
  const command = (name: string, text: string | null, what: string) =>
    text === null ? [] : [`        ${name}: ${yamlText(text)}   # ${what}`];
  return [
    '      web:',
    '        type: local   # a process on this machine, behind the router of Belay',
    choices.git
      ? '        source: .     # the commit is shipped, never what is not committed'
      : '        source: { directory: . }   # not a git repository: the folder as it is',
    ...command('install', install, 'before build'),
    ...command('build', build, 'once per release'),
    ...command('start', start, 'listens on the port in PORT'),
    `        port: ${port}   # public port; Belay listens here`,
    `        probe: { path: ${healthPath ?? '/'} }   # ${probeComment(choices)}`,
    ...envLines(choices),
    ...dataLines(choices),
  ];
}

function envLines({ databaseUrl }: Choices): string[] {
  const lines = [
    'NODE_ENV: production',
    ...(databaseUrl ? ['DATABASE_URL: { secret: DATABASE_URL }   # read from the variable when it is needed'] : []),
  ];
  return ['        env:', ...lines.map((line) => `          ${line}`)];
}

/** Only ever a suggestion: what is protected is also what a restore overwrites. */
function dataLines({ sqliteFiles, databaseUrl }: Choices): string[] {
  if (sqliteFiles.length > 0) {
    return [
      `        # Found ${sqliteFiles.join(', ')}. To snapshot data before each release and restore`,
      '        # it on the way back, keep it outside of the releases (an absolute path in env),',
      '        # use `strategy: recreate`, and declare it:',
      `        # data: { type: sqlite, files: [/srv/${sqliteFiles[0]}] }`,
    ];
  }
  if (!databaseUrl) return [];
  return [
    '        # To snapshot the database before each release, and restore it on the way back',
    '        # (with `strategy: recreate`, as nobody may write meanwhile):',
    '        # data: { type: postgres, url: { secret: DATABASE_URL } }',
  ];
}

function nothingToStart({ port }: Choices): string[] {
  return [
    '      web:',
    '        type: noop   # does nothing: no start command was found. Replace it by:',
    '        # type: local',
    '        # start: node server.js   # listens on the port in PORT',
    `        # port: ${port}`,
  ];
}

/** Those that the workflows deploy to; without one, how it would be written. */
function otherEnvironments(choices: Choices): string[] {
  const { port, start, workflows } = choices;
  const names = environmentsOf(workflows);
  if (hasPlatforms(choices.platforms)) return platformEnvironments(names);
  if (names.length === 0) {
    return [
      '',
      '  # staging:',
      '  #   extends: production',
      `  #   targets: { web: { port: ${port + 1} } }   # then: belay promote staging production`,
    ];
  }
  return names.flatMap((name, at) => [
    '',
    `  ${name}:`,
    '    extends: production',
    ...(start === null ? [] : [`    targets: { web: { port: ${port + 1 + at} } }`]),
  ]);
}

/** Each has a deployment and a project of its own, which nobody can guess. */
function platformEnvironments(names: readonly string[]): string[] {
  const wanted = names.length > 0 ? names : ['staging'];
  return [
    '',
    ...wanted.map((name) => `  # ${name}, with its own Convex deployment and Vercel project: belay env create ${name}`),
  ];
}

export function configYaml(choices: Choices): string {
  const platforms = hasPlatforms(choices.platforms);
  const checks =
    choices.start === null && !platforms
      ? []
      : ['    checks: health.yml   # must pass before traffic moves, and while it is watched'];
  return [
    HEAD(choices.app),
    'environments:',
    '  production:',
    platforms
      ? '    strategy: all-at-once'
      : '    strategy: blue-green   # or recreate, for an application that cannot run twice',
    ...checks,
    '    bake: { time: 60s }    # watched this long after the commit; a breach rolls back',
    ...(choices.schema && choices.git
      ? ['    schema: auto   # Convex schema and SQL migrations: what breaks is refused before it ships']
      : []),
    '    targets:',
    ...targetLines(choices),
    ...otherEnvironments(choices),
    '',
  ].join('\n');
}
