/** CREATE TYPE, ALTER TYPE … VALUE, domains. */
import type { AlterDomainStmt, AlterEnumStmt, CreateDomainStmt, CreateEnumStmt } from 'libpg-query';
import { columnType, nameParts, texts } from './ast.ts';
import { usersOf } from './drop-type.ts';
import { creationSchema, findType, qualified } from './lookup.ts';
import { type DomainType, type EnumType, type OtherType, type UserType, relationKey } from './model.ts';
import { type Run, CannotTell, StatementFails, finding, lock, touch, work } from './run.ts';

function define(run: Run, type: UserType): void {
  const key = relationKey(type);
  if (run.catalog.types.has(key)) throw new StatementFails('duplicate', `type ${type.name} exists already`);
  run.catalog.types.set(key, type);
  touch(run, `type:${key}`);
}

export function createEnum(run: Run, statement: CreateEnumStmt): void {
  const parts = texts(statement.typeName);
  const labels = texts(statement.vals);
  define(run, {
    kind: 'enum',
    schema: creationSchema(run.catalog, parts),
    name: parts.at(-1) ?? '',
    labels,
    fresh: run.judging,
  });
}

export function createOtherType(run: Run, parts: string[], kind: OtherType['kind']): void {
  define(run, { kind, schema: creationSchema(run.catalog, parts), name: parts.at(-1) ?? '', fresh: run.judging });
}

function needType<K extends UserType['kind']>(run: Run, parts: string[], kind: K): Extract<UserType, { kind: K }> {
  const found = findType(run.catalog, parts);
  if (found?.kind === kind) return found as Extract<UserType, { kind: K }>;
  if (!run.catalog.complete) throw new CannotTell(`type ${parts.join('.')} is not known`);
  throw new StatementFails('missing-type', `${kind} ${parts.join('.')} does not exist`);
}

export function alterEnum(run: Run, statement: AlterEnumStmt): void {
  const type: EnumType = needType(run, texts(statement.typeName), 'enum');
  const label = statement.newVal ?? '';
  touch(run, `type:${relationKey(type)}`);
  if (statement.oldVal) {
    const at = type.labels.indexOf(statement.oldVal);
    if (at < 0) throw new StatementFails('missing-label', `${type.name} has no label '${statement.oldVal}'`);
    if (type.labels.includes(label))
      throw new StatementFails('duplicate', `${type.name} has a label '${label}' already`);
    type.labels[at] = label;
    return;
  }
  if (type.labels.includes(label)) {
    if (statement.skipIfNewValExists) return;
    throw new StatementFails('duplicate', `${type.name} has a label '${label}' already`);
  }
  const neighbour = statement.newValNeighbor;
  const at = neighbour ? type.labels.indexOf(neighbour) : type.labels.length;
  if (at < 0) throw new StatementFails('missing-label', `${type.name} has no label '${neighbour}'`);
  type.labels.splice(neighbour && statement.newValIsAfter ? at + 1 : at, 0, label);
  if (run.inTransaction && !type.fresh) run.newLabels.add(`${relationKey(type)}.${label}`);
}

export function createDomain(run: Run, statement: CreateDomainStmt): void {
  const parts = texts(statement.domainname);
  const name = parts.at(-1) ?? '';
  const base = qualified(run.catalog, columnType(statement.typeName));
  const type: DomainType = {
    kind: 'domain',
    schema: creationSchema(run.catalog, parts),
    name,
    base,
    notNull: false,
    default: null,
    checks: [],
    fresh: run.judging,
  };
  for (const node of statement.constraints ?? []) {
    if (!('Constraint' in node)) continue;
    const { contype, raw_expr: expression, conname } = node.Constraint;
    if (contype === 'CONSTR_NOTNULL') type.notNull = true;
    if (contype === 'CONSTR_DEFAULT') type.default = expression ?? null;
    if (contype === 'CONSTR_CHECK' && expression) {
      type.checks.push({ name: conname ?? `${name}_check`, expression, valid: true, fresh: run.judging });
    }
  }
  define(run, type);
}

function freeCheckName(type: DomainType): string {
  const taken = new Set(type.checks.map((one) => one.name));
  let name = `${type.name}_check`;
  for (let i = 1; taken.has(name); i++) name = `${type.name}_check${i}`;
  return name;
}

/** Every table with a column of the domain is locked against writes and looked through. */
function scanUsers(run: Run, type: DomainType): void {
  for (const { relation, column } of usersOf(run, type)) {
    if (relation.kind !== 'table' && relation.kind !== 'partitioned') continue;
    lock(run, relation, 'SHARE');
    if (relation.kind === 'table') work(run, relation, 'scan');
    touch(run, `column:${relationKey(relation)}.${column.name}`);
    finding(
      run,
      'domain-scans',
      `every row of ${relation.name} is checked while writes wait`,
      'Add the constraint NOT VALID, then validate it when traffic is low.',
    );
  }
}

export function alterDomain(run: Run, statement: AlterDomainStmt): void {
  const type: DomainType = needType(run, nameParts({ List: { items: statement.typeName ?? [] } }), 'domain');
  const node = statement.def && 'Constraint' in statement.def ? statement.def.Constraint : null;
  touch(run, `type:${relationKey(type)}`);
  switch (statement.subtype) {
    case 'C':
      if (!node?.raw_expr) return;
      type.checks.push({
        name: node.conname ?? freeCheckName(type),
        expression: node.raw_expr,
        valid: !node.skip_validation,
        fresh: run.judging,
      });
      return node.skip_validation ? undefined : scanUsers(run, type);
    case 'X':
      if (!type.checks.some((one) => one.name === statement.name) && !statement.missing_ok) {
        throw new StatementFails('missing-constraint', `${type.name} has no constraint ${statement.name ?? ''}`);
      }
      type.checks = type.checks.filter((one) => one.name !== statement.name);
      return;
    case 'V':
      for (const one of type.checks) if (one.name === statement.name) one.valid = true;
      return scanUsers(run, type);
    case 'O':
      type.notNull = true;
      return scanUsers(run, type);
    case 'N':
      type.notNull = false;
      return;
    case 'T':
      type.default = statement.def ?? null;
      return;
    default:
      return;
  }
}
