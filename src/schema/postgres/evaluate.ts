/** Three-valued evaluation of a CHECK over known values, and whether one CHECK follows from another. */
import type { Node } from 'libpg-query';
import { columnNames, text, texts } from './ast.ts';
import { canonical, constantOf, inList, stripCast } from './expression.ts';
import type { Constant } from './model.ts';

/** A value, or `undefined` when it cannot be told. SQL's NULL is null. */
type Value = Constant | undefined;
type Known = (column: string) => Value;

/** What an expression yields; a CHECK passes on true and on null. */
export function evaluate(node: Node, known: Known): Value {
  const constant = constantOf(node);
  if (constant !== undefined) return constant;
  if ('TypeCast' in node && node.TypeCast.arg) return evaluate(node.TypeCast.arg, known);
  if ('ColumnRef' in node) return known(texts(node.ColumnRef.fields).at(-1) ?? '');
  if ('NullTest' in node && node.NullTest.arg) {
    const value = evaluate(node.NullTest.arg, known);
    return value === undefined ? undefined : (value === null) === (node.NullTest.nulltesttype === 'IS_NULL');
  }
  if ('BoolExpr' in node) return evaluateBoolean(node.BoolExpr.boolop ?? '', node.BoolExpr.args ?? [], known);
  const list = inList(node);
  if (list) return evaluateList(evaluate(list.subject, known), list.values);
  if ('FuncCall' in node)
    return evaluateCall(texts(node.FuncCall.funcname).at(-1) ?? '', node.FuncCall.args ?? [], known);
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP' && node.A_Expr.lexpr && node.A_Expr.rexpr) {
    const [a, b] = [evaluate(node.A_Expr.lexpr, known), evaluate(node.A_Expr.rexpr, known)];
    return compare(text(node.A_Expr.name?.[0]), a, b);
  }
  return undefined;
}

function evaluateBoolean(op: string, args: readonly Node[], known: Known): Value {
  const values = args.map((arg) => evaluate(arg, known));
  if (op === 'NOT_EXPR') return typeof values[0] === 'boolean' ? !values[0] : values[0];
  const decisive = op === 'OR_EXPR';
  if (values.includes(decisive)) return decisive;
  if (values.includes(undefined)) return undefined;
  return values.includes(null) ? null : !decisive;
}

function evaluateList(subject: Value, values: readonly Constant[]): Value {
  if (subject === undefined || subject === null) return subject;
  return values.some((value) => String(value) === String(subject));
}

function evaluateCall(name: string, args: readonly Node[], known: Known): Value {
  const first = args[0] ? evaluate(args[0], known) : undefined;
  if (first === null && ['length', 'char_length', 'lower', 'upper', 'btrim', 'trim'].includes(name)) return null;
  if (typeof first !== 'string') return undefined;
  if (name === 'length' || name === 'char_length') return first.length;
  if (name === 'lower') return first.toLowerCase();
  return name === 'upper' ? first.toUpperCase() : undefined;
}

function compare(op: string, a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  if (a === undefined || b === undefined) return undefined;
  const [x, y] = typeof a === 'number' || typeof b === 'number' ? [Number(a), Number(b)] : [String(a), String(b)];
  const results: Readonly<Record<string, boolean>> = {
    '=': x === y,
    '<>': x !== y,
    '<': x < y,
    '<=': x <= y,
    '>': x > y,
    '>=': x >= y,
  };
  return results[op];
}

/** The parts of a conjunction. */
export function conjuncts(node: Node): Node[] {
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR') return (node.BoolExpr.args ?? []).flatMap(conjuncts);
  return [node];
}

/** Whether every row that passes `given` passes `wanted`. A "no" may also mean "cannot tell". */
export function implies(given: Node, wanted: Node): boolean {
  const facts = conjuncts(given);
  return conjuncts(wanted).every((part) => facts.some((fact) => impliesOne(fact, part)));
}

function impliesOne(fact: Node, wanted: Node): boolean {
  if (canonical(fact) === canonical(wanted)) return true;
  if ('BoolExpr' in wanted && wanted.BoolExpr.boolop === 'OR_EXPR') {
    return (wanted.BoolExpr.args ?? []).some((arg) => impliesOne(fact, arg));
  }
  const [a, b] = [inList(fact), inList(wanted)];
  if (a && b && canonical(a.subject) === canonical(b.subject)) {
    return a.values.every((value) => b.values.some((other) => String(other) === String(value)));
  }
  const [columns] = columnNames(wanted);
  if (a && columns !== undefined && canonical(a.subject) === `col:${columns}` && columnNames(wanted).length === 1) {
    return a.values.every((value) => evaluate(wanted, () => value) === true);
  }
  return impliesBound(fact, wanted);
}

/** `x >= 5` from `x > 10`, and the like. */
function impliesBound(fact: Node, wanted: Node): boolean {
  const [a, b] = [bound(fact), bound(wanted)];
  if (!a || !b || a.subject !== b.subject || a.upper !== b.upper) return false;
  if (a.value === b.value) return b.open ? a.open : true;
  return a.upper ? a.value < b.value : a.value > b.value;
}

/** A column or expression against a number. */
export function bound(node: Node): { subject: string; upper: boolean; open: boolean; value: number } | null {
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP' || !node.A_Expr.lexpr || !node.A_Expr.rexpr) return null;
  const op = text(node.A_Expr.name?.[0]);
  if (!['<', '<=', '>', '>='].includes(op)) return null;
  const value = constantOf(node.A_Expr.rexpr);
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return null;
  return {
    subject: canonical(stripCast(node.A_Expr.lexpr)),
    upper: op.startsWith('<'),
    open: op.length === 1,
    value: number,
  };
}
