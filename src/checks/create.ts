/** From what the configuration says to checks that can be run. */
import type { Check } from './check.ts';
import { commandCheck } from './command.ts';
import { criticalFunction, criticalQuery } from './critical.ts';
import { httpCheck } from './http.ts';
import type { HealthSpec } from './spec.ts';
import { sqlCheck } from './sql.ts';

/** `directory`: where programs run, usually the folder of the configuration. No two checks get the same name. */
export function createChecks(specs: readonly HealthSpec[], directory: string): Check[] {
  const checks = specs.flatMap((spec) => {
    const critical = { runner: spec.functionRunner, cwd: directory };
    return [
      ...spec.criticalFunctions.map((name) => criticalFunction(name, critical)),
      ...spec.criticalQueries.map((name) => criticalQuery(name, critical)),
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

function renamed(check: Check, name: string): Check {
  return { name, run: async (ctx) => ({ ...(await check.run(ctx)), check: name }) };
}
