/** What serves on this machine: the daemon and the public ports. Only for targets of type `local`. */
import { localTargets } from '../../config/local-targets.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { Project } from '../../project.ts';
import { lookAtDaemon, lookAtPort } from '../../project-doctor.ts';
import type { Cli } from '../cli.ts';
import { fail, type Finding, look, notChecked, pass, warn } from './finding.ts';

async function somethingIsLive(project: Project): Promise<boolean> {
  const names = [...new Set(localTargets(project.config).map(({ environment }) => environment.name))];
  const rows = await Promise.all(names.map((name) => readEnvironmentRow(project.runtime.store, name)));
  return rows.some((row) => row?.live);
}

export async function lookAtServed(cli: Cli, project: Project): Promise<readonly Finding[]> {
  const placed = localTargets(project.config);
  if (placed.length === 0) return [];
  return look('daemon', async () => {
    const daemon = await lookAtDaemon(project.config, cli.version, cli.argv);
    const findings: Finding[] = [];
    if (!daemon.info) {
      findings.push(
        (await somethingIsLive(project))
          ? fail('daemon', 'is not running, so nothing on this machine is served', 'belay daemon start')
          : notChecked('daemon', 'not running; the first deployment starts it'),
      );
    } else if (daemon.info.version !== cli.version) {
      findings.push(
        warn(
          'daemon',
          `runs belay ${daemon.info.version}, this is ${cli.version}`,
          'belay daemon stop, then belay daemon start',
        ),
      );
    } else findings.push(pass('daemon', `belay ${daemon.info.version}, pid ${daemon.info.pid}`));
    for (const { target, environment, path } of placed) {
      const what = `port ${target.port}`;
      const owner = `${environment.name}/${path.at(-1)}`;
      const taken = await lookAtPort(target, daemon);
      if (!taken) findings.push(pass(what, `for ${owner}`));
      else findings.push(fail(what, `${owner} needs it · ${taken.why ?? taken.message}`, taken.next ?? null));
    }
    return findings;
  });
}
