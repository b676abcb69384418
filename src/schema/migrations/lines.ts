/** SQL that was written in another language, on the lines where it stands there: findings then point to the right place. */

/** A statement that the checker reports as `unknown`, with the reason behind it. It takes the rest of its line. */
export const CANNOT_TELL = '\\cannot-tell ';

export const cannotTell = (why: string): string => `${CANNOT_TELL}${why.replaceAll('\n', ' ')}`;

export interface Placed {
  /** From 1. */
  readonly line: number;
  readonly sql: string;
}

/** Later where an earlier one takes more lines than it did: the order counts more. */
export function onItsLine(statements: readonly Placed[]): string {
  let text = '';
  let line = 1;
  for (const one of statements.toSorted((a, b) => a.line - b.line)) {
    const own = /^(\\|--)/.test(one.sql);
    const gap = Math.max(one.line - line, own && text !== '' && !text.endsWith('\n') ? 1 : 0);
    text += `${gap > 0 ? '\n'.repeat(gap) : text === '' || text.endsWith('\n') ? '' : ' '}${one.sql}${own ? '\n' : ''}`;
    line = text.split('\n').length;
  }
  return text;
}
