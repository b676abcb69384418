/** `notify`: what may be written, what it becomes, and what is refused with the reason. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { loadConfig } from './load.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-notify-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function load(notify: string) {
  const rest = 'environments: { production: { targets: { web: { type: noop } } } }\n';
  writeFileSync(join(folder, 'belay.yml'), `app: shop\n${rest}notify:\n${notify}`);
  const loaded = await loadConfig({ cwd: folder, env: readEnvironment({}) });
  return { notify: loaded.config.notify, warnings: loaded.warnings.join('\n') };
}
const refusal = async (notify: string) => {
  const error: unknown = await load(notify).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return `${String(error)}\n${(error as { details?: readonly string[] } | null)?.details?.join('\n') ?? ''}`;
};

test('channels and rules in their one form: defaults filled in, secrets as handles, times in minutes', async () => {
  const { notify, warnings } = await load(`
  channels:
    team: { type: slack, url: { secret: SLACK_URL } }
    mail: { type: email, server: smtp.shop.example, user: b, password: { secret: P }, from: 'B <b@shop.example>', to: [o@shop.example] }
    hook: { type: webhook, url: 'https://ops.shop.example/hook' }
  rules:
    - { channels: [team, github], events: [failed], severity: warning, quiet: { from: '22:00', to: '07:30' }, group: 10m }
`);
  expect(notify.channels).toMatchObject({
    team: { type: 'slack' },
    mail: { type: 'email', port: 587, security: 'starttls', to: ['o@shop.example'] },
    hook: { type: 'webhook', url: 'https://ops.shop.example/hook', secrets: [] },
  });
  expect(JSON.stringify(notify.channels['team'])).toBe('{"type":"slack","url":"[secret SLACK_URL]"}');
  const quiet = { from: 1_320, to: 450, zone: 'UTC' };
  const route = { channels: ['team', 'github'], environments: null, news: ['failed'], severity: 'warning' };
  expect(notify.rules).toEqual([{ ...route, quiet, groupMs: 600_000 }]);
  expect(warnings).toContain('cannot tell who has sent a message');
});

test.each([
  ['  chanels: {}', /chanels/],
  ['  channels: { team: { type: slak, url: { secret: A } } }', /slack/],
  ["  channels: { team: { type: slack, url: 'https://hooks.slack.com/services/T/B/x' } }", /expected/],
  ['  channels: { team: { type: slack, url: { secret: A }, room: x } }', /room/],
  ['  channels: { Team_1: { type: slack, url: { secret: A } } }', /is not a name/],
  ['  rules: [{ channels: [teem] }]\n  channels: { team: { type: slack, url: { secret: A } } }', /did you mean "team"/],
  ['  rules: [{ environments: [producton] }]', /did you mean "production"/],
  ['  rules: [{ events: [exploded] }]', /failed/],
  ["  rules: [{ quiet: { from: '22:00', to: '07:00', zone: Europe/Berln } }]", /is no time zone/],
  ["  rules: [{ quiet: { from: '25:00', to: '07:00' } }]", /time of day/],
  ["  rules: [{ quiet: { from: '07:00', to: '07:00' } }]", /nothing would be quiet/],
  ['  channels: { m: { type: email, server: s, user: u, from: a@b.c, to: [a@b.c] } }', /`user` and `password`/],
  ['  channels: { m: { type: email, server: s, from: nobody, to: [a@b.c] } }', /address such as/],
])('%s is refused', async (notify, why) => {
  expect(await refusal(`${notify}\n`)).toMatch(why);
});
