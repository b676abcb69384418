/** Session settings that decide what later statements mean: search_path and the time zone. */
import type { Node, SelectStmt, VariableSetStmt } from 'libpg-query';
import { texts } from './ast.ts';
import { constantOf } from './expression.ts';
import type { Run } from './run.ts';

function set(run: Run, name: string, values: readonly string[]): void {
  if (name === 'search_path') {
    const schemas = values.flatMap((value) => value.split(',')).map((one) => one.trim().replace(/^"(.*)"$/, '$1'));
    run.catalog.searchPath = schemas.filter((one) => one !== '' && one !== '$user');
  }
  if (name.toLowerCase() === 'timezone')
    run.timeZone = /^(utc|etc\/utc|gmt|0)$/i.test(values[0] ?? '') ? 'UTC' : (values[0] ?? '');
}

export function changeSetting(run: Run, statement: VariableSetStmt): void {
  const name = statement.name ?? '';
  if (statement.kind === 'VAR_SET_VALUE') {
    set(
      run,
      name,
      (statement.args ?? []).map((node) => String(constantOf(node) ?? '')),
    );
  } else if (name === 'search_path' || statement.kind === 'VAR_RESET_ALL') {
    run.catalog.searchPath = ['public'];
  }
}

/** `SELECT set_config('search_path', '', false)`, as pg_dump writes it. */
export function readSetting(run: Run, statement: SelectStmt): boolean {
  const target: Node | undefined = statement.targetList?.[0];
  const call = target && 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (!call || !('FuncCall' in call) || texts(call.FuncCall.funcname).at(-1) !== 'set_config') return false;
  const [name, value] = (call.FuncCall.args ?? []).map((node) => constantOf(node));
  set(run, String(name ?? ''), [String(value ?? '')]);
  return true;
}
