/** How long a command takes to answer, against a Node that does nothing. */
import { spawnSync } from 'node:child_process';
import { type BelayProject, createBelayProject, noopConfig } from './support/belay.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { endedChildrenCpuMs } from './support/children.ts';
import { freePort } from './support/free-port.ts';
import { median, NO_FIGURE, pairedRatio, verdict } from './support/statistics.ts';

const ROUNDS = 21;

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly project: BelayProject;
  /** At most so many times a bare Node. */
  readonly limit?: number;
}

const TYPESCRIPT = `import { defineConfig, noop } from 'belayctl';
export default defineConfig({
  app: 'shop',
  environments: { production: { targets: { api: noop() }, bake: { time: '0s', triggers: [] } } },
});
`;

const localConfig = (port: number) => `app: shop
environments:
  production:
    strategy: all-at-once
    targets:
      web: { type: local, start: node server.mjs, port: ${port} }
    bake: { time: 0s, triggers: [] }
`;

const SERVER = `import { createServer } from 'node:http';
createServer((request, response) => response.end('fine')).listen(Number(process.env.PORT), '127.0.0.1');
`;

function measure(cases: readonly Case[]): BenchRow[] {
  const times = cases.map((): number[] => []);
  const cpu = cases.map(() => 0);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, { argv, project }] of cases.entries()) {
      const cpuBefore = endedChildrenCpuMs();
      const began = performance.now();
      const { status } = spawnSync(process.execPath, argv, { cwd: project.folder, env: project.env, stdio: 'ignore' });
      const took = performance.now() - began;
      if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`);
      // The first round only fills the caches.
      if (round < 0) continue;
      times[index]?.push(took);
      cpu[index] = (cpu[index] ?? 0) + endedChildrenCpuMs() - cpuBefore;
    }
  }
  return cases.map(({ name, limit }, index) => {
    const ratio = pairedRatio(times[index] ?? [], times[0] ?? []);
    return {
      command: name,
      'median ms': median(times[index] ?? []),
      'times node': ratio,
      'processor ms': (cpu[index] ?? 0) / ROUNDS,
      'processor times node': (cpu[index] ?? 0) / (cpu[0] ?? 1),
      ...(limit === undefined ? NO_FIGURE : verdict(`< ${limit}`, ratio < limit)),
    };
  });
}

export const bench: Bench = {
  title: 'Start of a command, against node -e 0 (interleaved)',
  async run() {
    const yaml = createBelayProject({ 'belay.yml': noopConfig(['api']) });
    const typescript = createBelayProject({ 'belay.config.ts': TYPESCRIPT });
    const local = createBelayProject({ 'belay.yml': localConfig(await freePort()), 'server.mjs': SERVER });
    const projects = [yaml, typescript, local];
    try {
      for (const project of projects) project.run('deploy');
      return measure([
        { name: 'node -e 0', argv: ['-e', '0'], project: yaml },
        { name: 'belay --version', argv: [yaml.belay, '--version'], project: yaml, limit: 1.3 },
        { name: 'belay status', argv: [yaml.belay, 'status'], project: yaml, limit: 1.8 },
        { name: 'belay status, belay.config.ts', argv: [typescript.belay, 'status'], project: typescript },
        { name: 'belay status, local and daemon', argv: [local.belay, 'status'], project: local },
        { name: 'belay history', argv: [yaml.belay, 'history'], project: yaml },
        { name: 'belay --help', argv: [yaml.belay, '--help'], project: yaml },
      ]);
    } finally {
      for (const project of projects) project.dispose();
    }
  },
};
