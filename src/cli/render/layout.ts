/** Lines that fit: label column, text cut to the width, duration at the right edge. */
import { formatDuration } from '../../util/duration.ts';
import type { Line } from '../../core/event-words.ts';
import { plainText, shape, type Style } from './shape.ts';

const LABEL = 11;

export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** `  ● stage      web  r-4f2c1d9-x1                                       9.1 s` */
export function layoutLine(style: Style, line: Line, columns: number): string {
  const right = line.ms === undefined ? '' : formatDuration(line.ms);
  const width = Math.max(20, Math.min(columns, 100) - 4 - LABEL - (right ? right.length + 2 : 0));
  const label = line.label.padEnd(LABEL - 1);
  const [first = '', ...rest] = wrap(line.text, width);
  const head = `  ${shape(style, line.look)} ${label} ${right ? first.padEnd(width) : first}${right ? `  ${right}` : ''}`;
  const indent = ' '.repeat(4 + LABEL);
  const below = [...rest, ...(line.details ?? []).map((detail) => cut(detail, Math.max(20, columns - 4 - LABEL)))];
  return plainText(style, [head.trimEnd(), ...below.map((part) => indent + part)].join('\n'));
}

/** Breaks at spaces; a word longer than the width is left whole, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.replaceAll('\n', ' ').split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

/** Columns as wide as their widest cell; the last one is cut at the right edge. */
export function table(style: Style, rows: readonly (readonly string[])[], columns: number): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, visible(cell))));
  return rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - visible(cell)),
    );
    const line = plainText(style, cells.join('  ')).trimEnd();
    return visible(line) > columns && !style.color ? cut(line, columns) : line;
  });
}

// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[[0-9;]*m/g;

function visible(text: string): number {
  return text.replace(ESCAPES, '').length;
}
