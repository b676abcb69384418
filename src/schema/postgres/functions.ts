/** Functions, triggers, policies, rules. */
import type { CreateFunctionStmt, CreatePolicyStmt, CreateTrigStmt, Node, RuleStmt } from 'libpg-query';
import { columnNames, columnType, formatType, nameParts, rangeParts, text, texts } from './ast.ts';
import type { DropHow } from './drop.ts';
import { creationSchema, family, findColumn, needRelation } from './lookup.ts';
import { type Relation, type SqlFunction, relationKey } from './model.ts';
import { type Run, StatementFails, finding, lock, touch } from './run.ts';

const keyOf = (one: SqlFunction) => `${relationKey(one)}(${one.arguments})`;

function option(statement: CreateFunctionStmt, name: string): string {
  for (const node of statement.options ?? []) {
    if (!('DefElem' in node) || node.DefElem.defname !== name) continue;
    const value = node.DefElem.arg;
    return value && 'List' in value ? texts(value.List.items).join('\n') : text(value);
  }
  return '';
}

export function createFunction(run: Run, statement: CreateFunctionStmt): void {
  const parts = texts(statement.funcname);
  const volatility = option(statement, 'volatility');
  const inputs = (statement.parameters ?? []).flatMap((node) =>
    'FunctionParameter' in node && !/OUT$|TABLE$/.test(node.FunctionParameter.mode ?? '')
      ? [formatType(columnType(node.FunctionParameter.argType))]
      : [],
  );
  const one: SqlFunction = {
    schema: creationSchema(run.catalog, parts),
    name: parts.at(-1) ?? '',
    arguments: inputs.join(','),
    volatility: volatility === 'immutable' || volatility === 'stable' ? volatility : 'volatile',
    body: option(statement, 'as'),
    fresh: run.judging,
  };
  const before = run.catalog.functions.get(keyOf(one));
  if (before && !statement.replace) throw new StatementFails('duplicate', `function ${one.name} exists already`);
  run.catalog.functions.set(keyOf(one), { ...one, fresh: before ? before.fresh : one.fresh });
  touch(run, `function:${keyOf(one)}`);
}

export function functionsNamed(run: Run, parts: readonly string[]): SqlFunction[] {
  const schemas = parts.length > 1 ? [parts.at(-2)] : run.catalog.searchPath;
  return [...run.catalog.functions.values()].filter((one) => one.name === parts.at(-1) && schemas.includes(one.schema));
}

export function dropFunction(run: Run, object: Node, how: DropHow): void {
  const parts = nameParts(object);
  const types = 'ObjectWithArgs' in object ? (object.ObjectWithArgs.objargs ?? []) : [];
  const wanted = types.map((node) => ('TypeName' in node ? formatType(columnType(node.TypeName)) : '')).join(',');
  const named = functionsNamed(run, parts);
  const anyArguments = 'ObjectWithArgs' in object && object.ObjectWithArgs.args_unspecified === true;
  const found =
    named.find((one) => one.arguments === wanted) ?? (anyArguments || named.length === 1 ? named[0] : undefined);
  if (!found) {
    if (how.ifExists || !run.catalog.complete) return;
    throw new StatementFails('missing-function', `function ${parts.join('.')} does not exist`);
  }
  for (const relation of run.catalog.relations.values()) {
    const users = relation.triggers.filter((one) => one.function === found.name);
    if (users[0] && !how.cascade)
      throw new StatementFails('used-by-trigger', `trigger ${users[0].name} of ${relation.name} calls it`);
    if (users.length > 0) lock(run, relation, 'ACCESS EXCLUSIVE');
    relation.triggers = relation.triggers.filter((one) => !users.includes(one));
  }
  run.catalog.functions.delete(keyOf(found));
  touch(run, `function:${keyOf(found)}`);
}

export function createTrigger(run: Run, statement: CreateTrigStmt): void {
  const relation = needRelation(run, rangeParts(statement.relation));
  const name = statement.trigname ?? '';
  const before = relation.triggers.find((one) => one.name === name);
  for (const member of family(run.catalog, relation)) lock(run, member, 'SHARE ROW EXCLUSIVE');
  if (before && !statement.replace)
    throw new StatementFails('duplicate', `trigger ${name} exists already on ${relation.name}`);
  const called = texts(statement.funcname).at(-1) ?? '';
  const columns = [...texts(statement.columns), ...columnNames(statement.whenClause)];
  relation.triggers = relation.triggers.filter((one) => one !== before);
  relation.triggers.push({ name, function: called, columns, enabled: true, fresh: run.judging });
  touch(run, `trigger:${relationKey(relation)}.${name}`);
  requireFields(run, relation, called);
}

/** A trigger that names a field which the table lacks fails with the first write. */
function requireFields(run: Run, relation: Relation, called: string): void {
  if (!run.judging || relation.fresh || relation.phantom) return;
  const bodies = [...run.catalog.functions.values()].filter((one) => one.name === called).map((one) => one.body);
  const fields = bodies.flatMap((body) => [...body.matchAll(/\b(?:new|old)\.([a-z_]\w*)/gi)]);
  const missing = fields.map(([, field = '']) => field.toLowerCase()).find((field) => !findColumn(relation, field));
  if (missing === undefined) return;
  run.current.oldCode = 'breaks';
  finding(
    run,
    'trigger-fails',
    `writes to ${relation.name} fail: ${called} names its column ${missing}, which it does not have`,
    'Add the column first, or take another function.',
  );
}

export function createPolicy(run: Run, statement: CreatePolicyStmt): void {
  const relation = needRelation(run, rangeParts(statement.table));
  lock(run, relation, 'ACCESS EXCLUSIVE');
  const roles = (statement.roles ?? []).map((node) => ('RoleSpec' in node ? node.RoleSpec.roletype : ''));
  relation.policies.push({
    name: statement.policy_name ?? '',
    command: statement.cmd_name ?? 'all',
    permissive: statement.permissive !== false && statement.permissive !== undefined,
    everyone: roles.length === 0 || roles.includes('ROLESPEC_PUBLIC'),
    using: statement.qual ?? null,
    withCheck: statement.with_check ?? null,
    fresh: run.judging,
  });
  touch(run, `relation:${relationKey(relation)}`);
}

export function createRule(run: Run, statement: RuleStmt): void {
  const relation = needRelation(run, rangeParts(statement.relation));
  lock(run, relation, 'ACCESS EXCLUSIVE');
  relation.rules.push(statement.rulename ?? '');
  touch(run, `relation:${relationKey(relation)}`);
}
