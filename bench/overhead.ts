/** What a transaction costs: `belay deploy` of three targets that do nothing, against a shell script doing the same. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BelayProject, createBelayProject, noopConfig } from './support/belay.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { countDurableWrites } from './support/durable-writes.ts';
import { deployScript } from './support/noop-script.ts';
import { median, NO_FIGURE, verdict } from './support/statistics.ts';

const ROUNDS = 17;
const TARGETS = ['api', 'web', 'jobs'];

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
}

function timeOnce({ argv }: Case, project: BelayProject): number {
  const [program = '', ...args] = argv;
  const began = performance.now();
  const { status } = spawnSync(program, args, { cwd: project.folder, env: project.env, stdio: 'ignore' });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`);
  return took;
}

/** Steps of the newest deployment, from the record. */
function stepsOf(project: BelayProject): number {
  const text = project.run('audit', '--kind', 'deployment.planned', '--limit', '1', '--format', 'ndjson');
  const event = JSON.parse(text) as { data: { plan: { steps: readonly unknown[] } } };
  return event.data.plan.steps.length;
}

export const bench: Bench = {
  title: 'Three targets that do nothing: belay deploy, against a shell script doing the same (interleaved)',
  async run(): Promise<readonly BenchRow[]> {
    const project = createBelayProject({ 'belay.yml': noopConfig(TARGETS) });
    try {
      for (const durable of [false, true])
        writeFileSync(join(project.folder, durable ? 'durable.sh' : 'plain.sh'), deployScript(TARGETS, durable));
      const plain: Case = { name: 'sh script', argv: ['sh', 'plain.sh'] };
      const durable: Case = { name: 'sh script that syncs its files', argv: ['sh', 'durable.sh'] };
      const belay: Case = { name: 'belay deploy', argv: [process.execPath, project.belay, 'deploy'] };
      const node: Case = { name: 'node -e 0 (part of it)', argv: [process.execPath, '-e', '0'] };
      const cases = [plain, durable, belay, node];
      const times = new Map(cases.map((one) => [one, [] as number[]]));
      for (const one of cases) timeOnce(one, project);
      for (let round = 0; round < ROUNDS; round++) {
        for (const one of cases) times.get(one)?.push(timeOnce(one, project));
      }
      const base = median(times.get(plain) ?? []);
      const rows = cases.map((one) => {
        const { fsyncs, commits } = countDurableWrites(one.argv, project);
        const took = median(times.get(one) ?? []);
        const over = took - base;
        const figure = one === belay ? verdict('overhead < 300 ms', over < 300) : NO_FIGURE;
        return {
          case: one.name,
          'median ms': took,
          'overhead ms': over,
          fsyncs,
          'journal commits': commits,
          ...figure,
        };
      });
      const steps = stepsOf(project);
      const commits = rows.find((row) => row.case === belay.name)?.['journal commits'] ?? 0;
      return [
        ...rows,
        {
          case: `commits per step, ${steps} steps`,
          'median ms': '–',
          'overhead ms': '–',
          fsyncs: '–',
          'journal commits': commits / steps,
          ...verdict('<= 1', commits > 0 && commits <= steps),
        },
      ];
    } finally {
      project.dispose();
    }
  },
};
