// A table for the terminal: columns from the keys of the rows, numbers to the right with thousands separated.

const show = (value) =>
  typeof value === 'number'
    ? value.toLocaleString('en-GB', { maximumFractionDigits: value < 10 ? 2 : 1 })
    : String(value ?? '');

/** @param {Record<string, string | number>[]} rows */
export function table(rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const width = (column) => Math.max(column.length, ...rows.map((row) => show(row[column]).length));
  const cell = (column, text, right) => (right ? text.padStart(width(column)) : text.padEnd(width(column)));
  const isNumeric = (column) => rows.every((row) => typeof row[column] === 'number');
  const line = (texts) =>
    columns
      .map((column, at) => cell(column, texts[at], isNumeric(column)))
      .join('  ')
      .trimEnd();
  const rule = columns.map((column) => '─'.repeat(width(column))).join('  ');
  return [line(columns), rule, ...rows.map((row) => line(columns.map((column) => show(row[column]))))].join('\n');
}
