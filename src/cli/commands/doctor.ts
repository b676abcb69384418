/** `belay doctor`: looks for what would make a deployment fail, before it does. */
import { Command } from 'commander';
import { childEnvironment } from '../../config/child-environment.ts';
import { EXIT } from '../../core/errors.ts';
import type { Project } from '../../project.ts';
import { createExec } from '../../util/exec.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { lookAtChecks, lookAtData, lookAtRecord, lookAtSecrets, lookAtSource } from '../doctor/environment.ts';
import { type Finding, look, notChecked, pass, warn } from '../doctor/finding.ts';
import {
  lookAtDisk,
  lookAtGit,
  lookAtHaproxy,
  lookAtNode,
  lookAtPostgresClients,
  lookAtPrograms,
} from '../doctor/machine.ts';
import { lookAtServed } from '../doctor/served.ts';
import { liveChecklist } from '../doctor/live-checklist.ts';
import { lookAtClock, lookAtStore } from '../doctor/store.ts';
import { lookAtConvex } from '../doctor/convex.ts';
import { lookAtVercel } from '../doctor/vercel.ts';
import { withCommonOptions } from '../options.ts';
import { type Look, paint, plainText, shape } from '../render/shape.ts';
import { wrap } from '../render/layout.ts';
import { withProject } from '../with-project.ts';

interface DoctorOptions extends CommonOptions {
  readonly live?: boolean;
}

const LOOKS: Readonly<Record<Finding['status'], Look>> = {
  pass: 'live',
  warn: 'waiting',
  fail: 'needs-you',
  'not-checked': 'none',
};
const WORDS: Readonly<Record<Finding['status'], string>> = {
  pass: 'pass',
  warn: 'warn',
  fail: 'fail',
  'not-checked': 'not checked',
};

async function lookAtEnvironment(project: Project, name: string, live: boolean): Promise<readonly Finding[]> {
  const secrets = lookAtSecrets(project, name);
  const data =
    secrets.status === 'pass'
      ? await lookAtData(project, name)
      : [notChecked(`data ${name}`, 'its secrets are missing')];
  return [
    secrets,
    ...(await lookAtSource(project, name)),
    ...data,
    ...(secrets.status === 'pass' ? await lookAtConvex(project, name) : []),
    ...(secrets.status === 'pass' ? await lookAtVercel(project, name) : []),
    lookAtChecks(project, name),
    ...(await lookAtRecord(project, name)),
    ...(live ? liveChecklist(project, name) : []),
  ];
}

async function lookAtProject(cli: Cli, options: DoctorOptions, project: Project): Promise<readonly Finding[]> {
  const { config, loaded, runtime } = project;
  const file = loaded.file.split('/').at(-1) ?? loaded.file;
  const names = options.env ? [options.env] : Object.keys(config.environments);
  const environments: Finding[] = [];
  for (const name of names) environments.push(...(await lookAtEnvironment(project, name, options.live ?? false)));
  return [
    loaded.warnings.length === 0
      ? pass('configuration', `${file} is valid`)
      : warn('configuration', loaded.warnings.join(' · '), 'belay config validate'),
    ...(await lookAtStore(project)),
    ...(await lookAtClock(project)),
    await lookAtDisk(config.directory),
    await lookAtPrograms(config, runtime.exec),
    ...(await lookAtPostgresClients(config, runtime.exec)),
    ...(await lookAtHaproxy(config)),
    ...(await lookAtServed(cli, project)),
    ...environments,
  ];
}

/** A project that cannot even be opened is a finding, and everything behind it is not checked. */
async function findings(cli: Cli, options: DoctorOptions): Promise<readonly Finding[]> {
  const machine = [lookAtNode(), await lookAtGit(createExec(childEnvironment()))];
  let found: readonly Finding[] = [];
  const opened = await look('project', async () => {
    await withProject(cli, options, { readOnly: true }, async (project) => {
      found = await lookAtProject(cli, options, project);
    });
    return [];
  });
  if (opened.length === 0) return [...machine, ...found];
  return [...machine, ...opened, notChecked('the rest', 'the project could not be opened')];
}

const WIDEST = 24;

function print(cli: Cli, all: readonly Finding[]): void {
  const label = Math.min(WIDEST, Math.max(...all.map((one) => one.what.length)));
  const indent = 4 + 13 + label + 2;
  for (const { status, what, text, fix } of all) {
    const [first = '', ...rest] = wrap(plainText(cli, text), Math.max(24, Math.min(cli.columns, 100) - indent));
    cli.out(`  ${shape(cli, LOOKS[status])} ${WORDS[status].padEnd(13)}${what.padEnd(label)}  ${first}`);
    for (const line of rest) cli.out(' '.repeat(indent) + line);
    if (fix) cli.out(`${' '.repeat(indent)}${paint(cli, 'bold', plainText(cli, `fix: ${fix}`))}`);
  }
  const failed = all.filter((one) => one.status === 'fail').length;
  cli.out('');
  cli.out(
    failed === 0 ? '  next  belay plan' : `  next  ${all.find((one) => one.status === 'fail')?.fix ?? 'belay doctor'}`,
  );
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('doctor'))
    .description(
      'Look for what would make a deployment fail: tools, configuration, secrets, store, daemon, ports, disk, data.',
    )
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nChanges nothing, except that it makes an empty store where there is none yet.\nExits with 0 when nothing failed, else with 1.\n\nExamples:\n  belay doctor\n  belay doctor --env production --json',
      ),
    )
    .option('--live', 'also what only a live account can show: a list to go through by hand, once, on staging')
    .action(async (options: DoctorOptions) => {
      const all = await findings(cli, options);
      const code = all.some((one) => one.status === 'fail') ? EXIT.problem : EXIT.ok;
      cli.exit(code);
      if (options.json) cli.out(JSON.stringify({ findings: all, exitCode: code }));
      else print(cli, all);
    });
