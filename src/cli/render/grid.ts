/** A table that always fits: columns that may shrink give way, the others are never cut. */
import { paint, plainText, type Style } from './shape.ts';

export interface Column {
  readonly title: string;
  /** Gives way when the line is too long; its cells hold no colour. */
  readonly shrinks?: true;
  readonly right?: true;
}

const GAP = 2;
const INDENT = 2;
const LEAST = 8;

// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[[0-9;]*m/g;

const visible = (text: string): number => text.replace(ESCAPES, '').length;

/** At most `width` characters, the last of which say that there was more. */
export function clip(style: Style, text: string, width: number): string {
  if (text.length <= width) return text;
  const more = style.unicode ? '…' : '...';
  return `${text.slice(0, Math.max(0, width - more.length))}${more}`;
}

function pad(text: string, width: number, right: boolean | undefined): string {
  const space = ' '.repeat(Math.max(0, width - visible(text)));
  return right ? space + text : text + space;
}

/** Takes what is too much from the widest of the columns that may shrink, again and again; null when that is not enough. */
function shrink(columns: readonly Column[], natural: readonly number[], room: number): readonly number[] | null {
  const widths = [...natural];
  let over = widths.reduce((sum, width) => sum + width + GAP, INDENT - GAP) - room;
  while (over > 0) {
    const widest = widths.reduce(
      (best, width, at) => (columns[at]?.shrinks && width > LEAST && width > (widths[best] ?? 0) ? at : best),
      -1,
    );
    if (widest < 0) return null;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

/** Rows under their titles. A column without content is left out, and so is the last that may shrink when all of them do not fit. */
export function grid(
  style: Style,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number,
): string[] {
  const used = columns.map((_, at) => rows.some((row) => (row[at] ?? '') !== ''));
  const kept = columns.filter((_, at) => used[at]);
  const cells = rows.map((row) => row.filter((_, at) => used[at]).map((cell) => plainText(style, cell)));
  const natural = kept.map(({ title }, at) => Math.max(title.length, ...cells.map((row) => visible(row[at] ?? ''))));
  const widths = shrink(kept, natural, room);
  const last = kept.findLastIndex((column) => column.shrinks);
  if (widths !== null || last < 0) return layOut(style, kept, widths ?? natural, cells);
  const without = <T>(list: readonly T[]) => list.filter((_, at) => at !== last);
  return grid(style, without(kept), cells.map(without), room);
}

function layOut(
  style: Style,
  columns: readonly Column[],
  widths: readonly number[],
  cells: readonly (readonly string[])[],
): string[] {
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return pad(columns[at]?.shrinks ? clip(style, cell, width) : cell, width, columns[at]?.right);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const indent = ' '.repeat(INDENT);
  const head = paint(style, 'gray', line(columns.map(({ title }) => title)));
  return [indent + head, ...cells.map((row) => indent + line(row))];
}
