/** `belay config`: what is configured, whether it is right, and why it is so. */
import { relative } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { explain } from '../../config/explain.ts';
import { loadConfig, type LoadedConfig } from '../../config/load.ts';
import { configReference } from '../../config/reference.ts';
import { configJsonSchema } from '../../config/schema-json.ts';
import { requireEnvironment } from '../../project.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { withCommonOptions } from '../options.ts';
import { refuseUnknownWord } from '../unknown-word.ts';
import { facts } from '../render/facts.ts';
import { plainText, shape } from '../render/shape.ts';

function load(cli: Cli, options: CommonOptions): Promise<LoadedConfig> {
  return loadConfig({ cwd: cli.cwd, env: cli.env, ...(options.config ? { file: options.config } : {}) });
}

/** Secrets turn into their names on the way. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function show(cli: Cli): Command {
  return withCommonOptions(new Command('show'))
    .description('the configuration in force: defaults filled in, overlays worked in, secrets as their names')
    .action(async (options: CommonOptions) => {
      const { config, file } = await load(cli, options);
      const value = plain(options.env ? requireEnvironment(config, options.env) : config);
      if (options.json) return cli.out(JSON.stringify(value));
      cli.out(`# ${relative(cli.cwd, file) || file}; times in milliseconds\n${stringify(value).trimEnd()}`);
    });
}

function validate(cli: Cli): Command {
  return withCommonOptions(new Command('validate'))
    .description('is it right; everything wrong is told at once, with its line')
    .action(async (options: CommonOptions) => {
      const { config, file, warnings, hash } = await load(cli, options);
      const environments = Object.values(config.environments);
      if (options.env) requireEnvironment(config, options.env);
      if (options.json)
        return cli.out(
          JSON.stringify({ valid: true, file, hash, environments: environments.map(({ name }) => name), warnings }),
        );
      const count = environments.reduce((sum, one) => sum + Object.keys(one.targets).length, 0);
      const names = environments.map(({ name }) => name).join(', ');
      cli.out(
        plainText(
          cli,
          `${shape(cli, 'live')} ${relative(cli.cwd, file) || file} is valid: ${names} · ${count} ${count === 1 ? 'target' : 'targets'}`,
        ),
      );
      for (const warning of warnings)
        for (const line of facts(cli, [['warning', warning]], shape(cli, 'waiting'))) cli.out(line);
      cli.out('  next  belay doctor');
    });
}

function explainKey(cli: Cli): Command {
  return withCommonOptions(new Command('explain'))
    .description('what a key means, what it is set to, and where that comes from')
    .argument('<key>', 'as in messages: environments.production.strategy')
    .action(async (key: string, options: CommonOptions) => {
      const explanation = explain(await load(cli, options), key);
      if (options.json) return cli.out(JSON.stringify({ ...explanation, value: explanation.value ?? null }));
      const { path, kind, description, value, from, at } = explanation;
      const shown = value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
      cli.out(`${path}  (${kind})`);
      const lines = facts(cli, [
        ['means', description],
        ['value', shown],
        ['from', at ? `${from}, ${at}` : from],
      ]);
      for (const line of lines) cli.out(line);
    });
}

function schema(cli: Cli): Command {
  return new Command('schema')
    .description('JSON Schema of the configuration file, for editors')
    .action(() => cli.out(JSON.stringify(configJsonSchema(), null, 2)));
}

export const command: BuildCommand = (cli) =>
  new Command('config')
    .description('Show, validate or explain the configuration. Opens no store and touches no target.')
    .allowExcessArguments()
    .option('--reference', 'print the page about every key')
    .addCommand(show(cli))
    .addCommand(validate(cli))
    .addCommand(explainKey(cli))
    .addCommand(schema(cli))
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay config validate\n  belay config show --env production\n  belay config explain environments.production.targets.web.port',
      ),
    )
    .action((options: { reference?: boolean }, self: Command) => {
      refuseUnknownWord(self);
      if (options.reference) cli.out(configReference().trimEnd());
      else self.help();
    });
