/** Whether a constant can be the default of a column at all. */
import type { Node } from 'libpg-query';
import { castKind } from './casts.ts';
import { constantOf } from './expression.ts';
import { enumOf } from './lookup.ts';
import type { Column } from './model.ts';
import { type Run, StatementFails } from './run.ts';

/** A text that is no label of the enum, or no number, is refused at once. */
export function requireLiteral(run: Run, column: Column, value: Node | null): void {
  const constant = value ? constantOf(value) : undefined;
  if (constant === undefined || constant === null) return;
  const labels = enumOf(run.catalog, column.type)?.labels;
  if (labels && typeof constant === 'string' && !column.type.array && !labels.includes(constant)) {
    throw new StatementFails('invalid-default', `'${constant}' is not a label of the type of ${column.name}`);
  }
  if (run.newLabels.has(`${column.type.name}.${String(constant)}`)) {
    throw new StatementFails(
      'new-label-used',
      `the new label '${String(constant)}' cannot be used in the transaction that adds it`,
    );
  }
  const number = { name: 'int4', mods: [], array: false };
  if (typeof constant === 'number' && castKind(run.catalog, number, column.type) === 'none') {
    throw new StatementFails('invalid-default', `${constant} does not fit the type of ${column.name}`);
  }
}
