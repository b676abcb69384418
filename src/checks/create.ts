/** From what the configuration says to checks that can be run. */
import { calledFunction, calledQuery, type CallFunction } from './called.ts';
import type { Check } from './check.ts';
import { commandCheck } from './command.ts';
import { criticalFunction, criticalQuery } from './critical.ts';
import { httpCheck } from './http.ts';
import type { HealthSpec } from './spec.ts';
import { sqlCheck } from './sql.ts';

/**
 * `directory`: where programs run, usually the folder of the configuration; `call`: asks the backend of the environment. No two checks get
 * the same name.
 */
export function createChecks(specs: readonly HealthSpec[], directory: string, call?: CallFunction): Check[] {
  const checks = specs.flatMap((spec) => {
    return [
      ...criticalChecks(spec, directory, call),
      ...spec.http.map(httpCheck),
      ...spec.commands.map((command) => commandCheck(command, directory)),
      ...spec.sql.map(sqlCheck),
    ];
  });
  return checks.map((check, index) => {
    const same = checks.slice(0, index).filter(({ name }) => name === check.name).length;
    return same === 0 ? check : renamed(check, `${check.name} (${same + 1})`);
  });
}

/** A backend that Belay deploys itself is asked directly, unless the file names a program of its own. */
function criticalChecks(spec: HealthSpec, directory: string, call?: CallFunction): Check[] {
  const { criticalFunctions, criticalQueries, functionRunner: runner, ownRunner } = spec;
  if (call && !ownRunner) {
    return [
      ...criticalFunctions.map((name) => calledFunction(name, call)),
      ...criticalQueries.map((name) => calledQuery(name, call)),
    ];
  }
  const critical = { runner, cwd: directory };
  return [
    ...criticalFunctions.map((name) => criticalFunction(name, critical)),
    ...criticalQueries.map((name) => criticalQuery(name, critical)),
  ];
}

function renamed(check: Check, name: string): Check {
  return { name, run: async (ctx) => ({ ...(await check.run(ctx)), check: name }) };
}
