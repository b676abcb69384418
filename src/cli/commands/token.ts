/** `belay token`: who may use the dashboard's API without a browser, or sign in with a token. */
import { Command, Option } from 'commander';
import { type Role, ROLES, type Token, tokensOf } from '../../project-tokens.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { durationOption, withCommonOptions } from '../options.ts';
import { grid } from '../render/grid.ts';
import { plainText, shape } from '../render/shape.ts';
import { since } from '../render/since.ts';
import { withRecord } from '../with-record.ts';

interface CreateOptions extends CommonOptions {
  readonly role: Role;
  readonly name: string;
  readonly expires?: number;
}

function create(cli: Cli): Command {
  return withCommonOptions(new Command('create'))
    .description('make one; it is shown once and kept only as a hash')
    .addOption(new Option('--role <role>', 'what it may do').choices([...ROLES]).makeOptionMandatory())
    .requiredOption('--name <name>', 'whose it is; stands in the journal with what is done by it')
    .option(
      '--expires <duration>',
      'for how long it counts, such as 90d (default: until it is revoked)',
      durationOption,
    )
    .action((options: CreateOptions) =>
      withRecord(cli, options, async ({ store }) => {
        const { role, name, expires } = options;
        const expiresAt = expires === undefined ? null : new Date(Date.now() + expires).toISOString();
        const { token, id } = await tokensOf(store).create({ role, name, expiresAt });
        if (options.json) return cli.out(JSON.stringify({ id, name, role, expiresAt, token }));
        cli.err(
          plainText(cli, `${shape(cli, 'live')} ${id}  ${name} · ${role} · ${expiresAt ?? 'until it is revoked'}`),
        );
        // Alone on standard output, so that it can be piped to where it belongs.
        cli.out(token);
        cli.err(`  next  keep it now: it is not shown again; belay token revoke ${id} ends it`);
      }),
    );
}

const COLUMNS = [
  { title: 'id' },
  { title: 'name', shrinks: true },
  { title: 'role' },
  { title: 'made' },
  { title: 'ends' },
] as const;

function endOf({ expiresAt }: Token): string {
  if (expiresAt === null) return 'when revoked';
  return Date.parse(expiresAt) <= Date.now() ? 'has ended' : expiresAt.slice(0, 10);
}

function list(cli: Cli): Command {
  return withCommonOptions(new Command('list'))
    .description('those that there are; never the tokens themselves')
    .action((options: CommonOptions) =>
      withRecord(cli, options, async ({ store }) => {
        const tokens = await tokensOf(store).list();
        if (options.json) return cli.out(JSON.stringify({ tokens }));
        if (tokens.length === 0) {
          return cli.out('There is no token.\n  next  belay token create --role viewer --name NAME');
        }
        const rows = tokens.map((token) => [token.id, token.name, token.role, since(token.createdAt), endOf(token)]);
        cli.out(grid(cli, COLUMNS, rows, cli.columns).join('\n'));
        cli.out('  next  belay token revoke ID');
      }),
    );
}

function revoke(cli: Cli): Command {
  return withCommonOptions(new Command('revoke'))
    .description('end one at once, with everything that is signed in by it')
    .argument('<token>', 'its id, or its name')
    .action((meant: string, options: CommonOptions) =>
      withRecord(cli, options, async ({ store }) => {
        const token = await tokensOf(store).revoke(meant);
        if (options.json) return cli.out(JSON.stringify({ revoked: token }));
        cli.out(plainText(cli, `${shape(cli, 'none')} ${token.id}  ${token.name} · revoked`));
      }),
    );
}

export const command: BuildCommand = (cli) =>
  new Command('token')
    .description('Tokens for the dashboard and its API: `Authorization: Bearer TOKEN`, or on the page to sign in.')
    .addCommand(create(cli))
    .addCommand(list(cli))
    .addCommand(revoke(cli))
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay token create --role viewer --name grafana --expires 90d\n  belay token revoke grafana',
      ),
    );
