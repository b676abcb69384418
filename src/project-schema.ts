/** What compares the schemas of two releases, from the configuration. Part of the composition root. */
import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { childEnvironment } from './config/child-environment.ts';
import type { Config, EnvironmentConfig, SchemaPaths } from './config/config.ts';
import { Problem } from './core/errors.ts';
import type { SchemaInspector } from './core/schema-gate.ts';
import { repositoryPath } from './project-source.ts';
import { createExec } from './util/exec.ts';

/** Null where the configuration names no schema: nothing is compared then. */
export function schemaInspector(config: Config, environment: EnvironmentConfig): SchemaInspector | null {
  const { schema } = environment;
  if (schema === null) return null;
  const exec = createExec(childEnvironment());
  return {
    async inspect(from, to, signal) {
      const { inspectCommits } = await import('./compatibility/inspect-commits.ts');
      return inspectCommits(
        {
          exec: (argv, options) => exec(argv, { ...options, signal }),
          path: repositoryPath(config, environment),
          scope: (root) => (schema === 'auto' ? null : scopeOf(schema, config, root)),
          snapshots: { postgres: snapshotsPostgres(environment) },
        },
        from,
        to,
      );
    },
  };
}

/** Every strategy takes a snapshot of what a target protects before the candidate starts. */
function snapshotsPostgres({ targets }: EnvironmentConfig): boolean {
  return Object.values(targets).some((target) => {
    if (target.type === 'local') return target.data?.type === 'postgres';
    return target.type === 'custom' && target.target.data?.kind === 'postgres';
  });
}

function scopeOf(paths: SchemaPaths, config: Config, root: string) {
  const { convex, migrations, graphql, openapi } = paths;
  const place = (path: string | null) => (path === null ? [] : [insideOf(root, config.directory, path)]);
  return {
    // The root of the repository is the empty path.
    convex: place(convex).map((folder) => (folder === '' ? '' : `${folder}/`)),
    migrations: place(migrations),
    graphql: place(graphql),
    openapi: place(openapi),
  };
}

/** The path from the root of the repository; git has resolved the links in the root, so ours are resolved too. */
function insideOf(root: string, directory: string, path: string): string {
  const found = relative(root, join(realpathSync(directory), relative(directory, path)));
  if (!found.startsWith('..')) return found;
  throw new Problem('CONFIG_INVALID', `${path} is outside of the repository that releases are made from`, {
    why: `the repository is ${root}; its commits are compared`,
    next: 'correct `schema` in the configuration',
  });
}
