/** Labelled lines, wrapped at the right edge: `  live      r-4f2c1d9-x1 on production since …`. */
import { wrap } from './layout.ts';
import { plainText, type Style } from './shape.ts';

const LABEL = 10;

/** Lines without text are left out. `mark` stands before the first label. */
export function facts(
  style: Style & { readonly columns: number },
  lines: readonly (readonly [label: string, text: string | null | undefined])[],
  mark = '',
): string[] {
  const lead = mark === '' ? '  ' : '    ';
  return lines.flatMap(([label, text], at) => {
    if (!text) return [];
    const width = Math.max(20, Math.min(style.columns, 100) - lead.length - LABEL);
    const [first = '', ...rest] = wrap(plainText(style, text), width);
    const head = at === 0 && mark !== '' ? `  ${mark} ` : lead;
    return [`${head}${label.padEnd(LABEL)}${first}`, ...rest.map((part) => `${lead}${' '.repeat(LABEL)}${part}`)];
  });
}
