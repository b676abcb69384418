/** The linter's rules hold: each violation, planted in a copy of the layout, is found; each neighbour that is allowed is not. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { root } from './sources.ts';

const IMPORT = 'eslint(no-restricted-imports)';
const PROPERTY = 'eslint(no-restricted-properties)';

const imports = (path: string) => `import * as other from '${path}';\nexport const seen = other;\n`;

/** File, its text, the rule that must object. */
const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ['src/util/a.ts', imports('../core/errors.ts'), IMPORT],
  ['src/analysis/a.ts', imports('../util/duration.ts'), IMPORT],
  ['src/schema/a.ts', imports('../core/release.ts'), IMPORT],
  ['src/compatibility/a.ts', imports('../cli/schema/print.ts'), IMPORT],
  ['src/compatibility/b.ts', imports('../config/load.ts'), IMPORT],
  ['src/compatibility/c.ts', imports('../core/deploy.ts'), IMPORT],
  ['src/environments/a.ts', imports('../targets/noop.ts'), IMPORT],
  ['src/environments/seed/a.ts', imports('../../config/load.ts'), IMPORT],
  ['src/environments/b.ts', imports('../project.ts'), IMPORT],
  ['src/strategies/a.ts', imports('../stores/sqlite.ts'), IMPORT],
  ['src/strategies/b.ts', imports('node:fs'), IMPORT],
  ['src/core/a.ts', imports('../targets/local/local.ts'), IMPORT],
  ['src/core/b.ts', imports('../stores/sqlite.ts'), IMPORT],
  ['src/core/c.ts', imports('../config/load.ts'), IMPORT],
  ['src/core/d.ts', imports('../project.ts'), IMPORT],
  ['src/core/e.ts', "export const late = () => import('../cli/main.ts');\n", IMPORT],
  ['src/core/f.ts', "export type { Server } from '../server/app.ts';\n", IMPORT],
  ['src/core/g.ts', "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID;\n", IMPORT],
  ['src/core/h.ts', imports('../daemon/daemon.ts'), IMPORT],
  ['src/core/steps/a.ts', imports('../../routers/embedded/router.ts'), IMPORT],
  ['src/core/steps/b.ts', imports('../../checks/http.ts'), IMPORT],
  ['src/core/steps/c.ts', imports('../../databases/directory.ts'), IMPORT],
  ['src/core/steps/d.ts', imports('../../project.ts'), IMPORT],
  ['src/targets/target.ts', imports('./local/local.ts'), IMPORT],
  ['src/stores/store.ts', imports('../config/load.ts'), IMPORT],
  ['src/daemon/protocol.ts', imports('../routers/embedded/router.ts'), IMPORT],
  ['src/targets/local/a.ts', imports('../noop/noop.ts'), IMPORT],
  ['src/emulators/convex/a.ts', imports('../../core/errors.ts'), IMPORT],
  ['src/emulators/convex/b.ts', imports('../vercel/emulator.ts'), IMPORT],
  ['src/targets/local/b.ts', imports('../../daemon/client.ts'), IMPORT],
  ['src/targets/local/c.ts', imports('../../core/execute.ts'), IMPORT],
  ['src/targets/noop/a.ts', imports('../local/local.ts'), IMPORT],
  ['src/targets/noop/b.ts', imports('../../stores/sqlite.ts'), IMPORT],
  ['src/stores/a.ts', imports('../databases/directory.ts'), IMPORT],
  ['src/stores/b.ts', imports('../core/plan.ts'), IMPORT],
  ['src/stores/convex/a.ts', imports('../../core/plan.ts'), IMPORT],
  ['src/stores/convex/b.ts', imports('../../targets/noop.ts'), IMPORT],
  ['src/convex/component/a.ts', imports('node:fs'), IMPORT],
  ['src/convex/component/b.ts', imports('../../stores/sqlite.ts'), IMPORT],
  ['src/checks/a.ts', imports('../targets/local/local.ts'), IMPORT],
  ['src/notifiers/a.ts', imports('../core/news.ts'), IMPORT],
  ['src/notifiers/b.ts', imports('../checks/http.ts'), IMPORT],
  ['src/outbox/a.ts', imports('../notifiers/slack.ts'), IMPORT],
  ['src/outbox/b.ts', imports('../config/load.ts'), IMPORT],
  ['src/routers/a.ts', imports('./embedded/router.ts'), IMPORT],
  ['src/daemon/a.ts', imports('../targets/local/local.ts'), IMPORT],
  ['src/config/a.ts', imports('../stores/sqlite.ts'), IMPORT],
  ['src/config/b.ts', imports('../core/execute.ts'), IMPORT],
  ['src/cli/a.ts', imports('../targets/local/local.ts'), IMPORT],
  ['src/cli/commands/a.ts', imports('../../stores/sqlite.ts'), IMPORT],
  ['src/cli/commands/b.ts', imports('../../daemon/main.ts'), IMPORT],
  ['src/server/a.ts', imports('../notifiers/slack.ts'), IMPORT],
  ['src/server/b.ts', imports('../config/load.ts'), IMPORT],
  ['src/server/c.ts', imports('../project.ts'), IMPORT],
  ['src/server/routes/a.ts', imports('../../cli/cli.ts'), IMPORT],
  ['src/server/routes/b.ts', imports('../../stores/sqlite.ts'), IMPORT],
  ['src/stores/c.ts', imports('node:process'), IMPORT],
  ['src/core/i.ts', 'export const now = () => Date.now();\n', PROPERTY],
  ['src/strategies/c.ts', 'export const { now } = Date;\n', PROPERTY],
  ['src/core/j.ts', 'export const now = () => performance.now();\n', PROPERTY],
  ['src/analysis/b.ts', 'export const dice = () => Math.random();\n', PROPERTY],
  ['src/core/k.ts', 'export const id = () => crypto.randomUUID();\n', PROPERTY],
  ['src/core/l.ts', 'export const { env } = process;\n', PROPERTY],
  ['src/stores/d.ts', 'export const home = () => process.env.HOME;\n', 'node(no-process-env)'],
  ['src/stores/e.ts', 'export const { env } = process;\n', PROPERTY],
  ['src/cli/commands/c.ts', "export const say = () => console.log('x');\n", 'eslint(no-console)'],
  ['src/core/m.ts', 'export default 1;\n', 'import(no-default-export)'],
  ['src/core/n.ts', "export function late() {\n  Promise.resolve('x');\n}\n", 'typescript(no-floating-promises)'],
  ['src/core/o.ts', 'export const hole: any = 1;\n', 'typescript(no-explicit-any)'],
  ['src/core/p.ts', '// @ts-ignore\nexport const hole = 1;\n', 'typescript(ban-ts-comment)'],
  ['dashboard/src/a.ts', imports('../../src/server/api/vocabulary.ts'), IMPORT],
  ['dashboard/src/pages/a.ts', imports('../../../src/util/duration.ts'), IMPORT],
  ['dashboard/src/b.ts', imports('node:fs'), IMPORT],
  ['dashboard/src/c.tsx', "export const raw = <p dangerouslySetInnerHTML={{ __html: '' }} />;\n", 'react(no-danger)'],
];

const ALLOWED: readonly (readonly [string, string])[] = [
  [
    'src/core/allowed.ts',
    imports('../stores/store.ts') + "export * from '../util/clock.ts';\nexport * from '../strategies/a.ts';\n",
  ],
  [
    'src/core/steps/allowed.ts',
    imports('../plan.ts') + "export * from '../../util/clock.ts';\nexport * from '../../targets/target.ts';\n",
  ],
  [
    'src/targets/local/allowed.ts',
    imports('../target.ts') + "export * from '../../daemon/protocol.ts';\nexport * from './a.ts';\n",
  ],
  [
    'src/targets/noop/allowed.ts',
    imports('../target.ts') + "export * from '../../core/errors.ts';\nexport * from '../../util/exec.ts';\n",
  ],
  ['src/emulators/convex/allowed.ts', imports('../http/server.ts') + "export * from './deployment.ts';\n"],
  ['src/stores/allowed.ts', imports('./store.ts') + "export * from '../core/journal.ts';\n"],
  ['src/notifiers/allowed.ts', imports('./notifier.ts') + "export * from '../util/http.ts';\n"],
  ['src/outbox/allowed.ts', imports('../notifiers/notifier.ts') + "export * from '../core/state.ts';\n"],
  ['src/daemon/allowed.ts', imports('../routers/embedded/router.ts') + "export * from '../stores/store.ts';\n"],
  ['src/config/allowed.ts', imports('../targets/target.ts') + "export const home = () => process.env['HOME'];\n"],
  [
    'src/cli/commands/allowed.ts',
    imports('../../project.ts') + "export * from '../render/lines.ts';\nexport * from '../../core/plan.ts';\n",
  ],
  [
    'src/compatibility/allowed.ts',
    imports('../schema/postgres/index.ts') + "export * from '../sources/git.ts';\nexport * from '../core/errors.ts';\n",
  ],
  [
    'src/server/routes/allowed.ts',
    imports('../api/routes.ts') + "export * from '../../core/plan.ts';\nexport * from '../../stores/store.ts';\n",
  ],
  ['src/cli/schema/allowed.ts', imports('../../compatibility/report.ts')],
  ['src/cli/render/allowed.ts', "export const say = () => console.log('x');\n"],
  [
    'dashboard/src/pages/allowed.ts',
    "export type { Overview } from '../../../src/server/api/overview.ts';\n" + imports('../states.ts'),
  ],
  ['src/project.ts', imports('./targets/local/local.ts') + "export * from './stores/sqlite.ts';\n"],
  ['src/core/any.test.ts', imports('../stores/sqlite.ts') + 'export const now = () => Date.now();\n'],
];

const Report = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) });
let folder = '';
let found: z.infer<typeof Report>['diagnostics'] = [];
let exitCode: unknown = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-rules-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of [...FORBIDDEN, ...ALLOWED]) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const lint = promisify(execFile)(
    join(root, 'node_modules/.bin/oxlint'),
    ['--type-aware', '--format=json', 'src', 'dashboard'],
    {
      cwd: folder,
    },
  );
  const { stdout } = await lint.catch((error: { code: unknown; stdout: string }) => {
    exitCode = error.code;
    return error;
  });
  found = Report.parse(JSON.parse(stdout)).diagnostics;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const objections = (path: string) => found.filter((item) => item.filename === path).map((item) => item.code);

test('the linter fails', () => {
  expect(exitCode).toBe(1);
});

test.each(FORBIDDEN)('%s is refused: %s', (path, _text, rule) => {
  expect(objections(path)).toContain(rule);
});

test.each(ALLOWED)('%s is fine', (path) => {
  expect(objections(path)).toEqual([]);
});
