/** Cuts a script into statements without parsing it, so that one broken statement does not lose the file. */

export interface RawStatement {
  readonly text: string;
  /** Line of its first token, from 1. */
  readonly line: number;
  /** Uses a psql variable or command that decides what it does. */
  readonly psql: boolean;
}

/** psql commands that change nothing: output settings, restrictions of newer dumps. */
const HARMLESS =
  /^\\(restrict|unrestrict|connect|c|echo|qecho|timing|pset|set|unset|x|a|t|encoding|o|warn|conninfo|\.)\b|^\\\.$/;

interface Cursor {
  readonly script: string;
  readonly found: RawStatement[];
  at: number;
  line: number;
  /** Where the open statement began; -1 between statements. */
  from: number;
  firstLine: number;
  depth: number;
  psql: boolean;
}

function skipTo(cursor: Cursor, next: number): void {
  for (let i = cursor.at; i < next; i++) if (cursor.script.charCodeAt(i) === 10) cursor.line++;
  cursor.at = next;
}

function cut(cursor: Cursor): void {
  const { script, from, at, firstLine: line, psql } = cursor;
  if (from >= 0 && at > from) cursor.found.push({ text: script.slice(from, at), line, psql });
  Object.assign(cursor, { from: -1, depth: 0, psql: false });
}

/** Statement by statement: where quotes, comments and bodies end, nothing else. */
export function splitStatements(script: string): RawStatement[] {
  const cursor: Cursor = { script, found: [], at: 0, line: 1, from: -1, firstLine: 1, depth: 0, psql: false };
  while (cursor.at < script.length) {
    const char = script[cursor.at] ?? '';
    const gap = blankEnd(script, cursor.at, char);
    if (gap > cursor.at) skipTo(cursor, gap);
    else if (char === '\\' && (cursor.from < 0 || atLineStart(script, cursor.at))) takeCommand(cursor);
    else takeToken(cursor, char);
  }
  cut(cursor);
  return cursor.found;
}

/** A psql command takes the rest of its line. */
function takeCommand(cursor: Cursor): void {
  const stop = lineEnd(cursor.script, cursor.at);
  const command = cursor.script.slice(cursor.at, stop).trim();
  if (!HARMLESS.test(command)) cursor.found.push({ text: command, line: cursor.line, psql: true });
  skipTo(cursor, stop);
}

function takeToken(cursor: Cursor, char: string): void {
  const { script, at } = cursor;
  if (char === ';' && cursor.depth === 0) {
    const isCopy = cursor.from >= 0 && /^copy\b[\s\S]*\bfrom\s+stdin\b/i.test(script.slice(cursor.from, at));
    cut(cursor);
    return skipTo(cursor, isCopy ? copyEnd(script, at) : at + 1);
  }
  if (cursor.from < 0) Object.assign(cursor, { from: at, firstLine: cursor.line });
  if (char === ':' && isVariable(script, at)) cursor.psql = true;
  const word = wordAt(script, at, char);
  if (word !== '') {
    if (/^(atomic|case|end)$/i.test(word)) cursor.depth = bodyDepth(cursor.depth, word, script.slice(cursor.from, at));
    return skipTo(cursor, at + word.length);
  }
  if (char === '(') cursor.depth += 1;
  if (char === ')' && cursor.depth > 0) cursor.depth -= 1;
  skipTo(cursor, tokenEnd(script, at, char));
}

/** `BEGIN ATOMIC ... END` of a function: its semicolons do not end the statement. */
function bodyDepth(depth: number, word: string, before: string): number {
  const lower = word.toLowerCase();
  if (lower === 'atomic' && /\bbegin\s+$/i.test(before)) return depth + 1;
  if (depth > 0 && lower === 'case' && /\batomic\b/i.test(before)) return depth + 1;
  if (depth > 0 && lower === 'end' && /\batomic\b/i.test(before)) return depth - 1;
  return depth;
}

const atLineStart = (text: string, at: number) => /(^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - 80), at));

function lineEnd(text: string, at: number): number {
  const next = text.indexOf('\n', at);
  return next < 0 ? text.length : next;
}

/** Where the first token at or after `at` begins. */
export function skipBlanks(text: string, at: number): number {
  let next = at;
  for (let end = blankEnd(text, next, text[next] ?? ''); end > next; end = blankEnd(text, next, text[next] ?? ''))
    next = end;
  return next;
}

/** End of white space or of a comment that starts here; `at` when there is none. */
function blankEnd(text: string, at: number, char: string): number {
  if (char === ' ' || char === '\n' || char === '\t' || char === '\r' || char === '\f' || char === '\uFEFF')
    return at + 1;
  if (char === '-' && text[at + 1] === '-') return lineEnd(text, at);
  if (char !== '/' || text[at + 1] !== '*') return at;
  let depth = 0;
  for (let i = at; i < text.length - 1; i++) {
    if (text[i] === '/' && text[i + 1] === '*') {
      depth++;
      i++;
    } else if (text[i] === '*' && text[i + 1] === '/') {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;

/** The word that starts here; not the prefix of a string such as `E'…'`. */
function wordAt(text: string, at: number, char: string): string {
  if (!/[A-Za-z_\u0080-\uffff]/.test(char)) return '';
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0] ?? '';
  const isPrefix = /^(e|b|x|n)$/i.test(word) && text[at + word.length] === "'";
  return isPrefix ? '' : word;
}

/** `:name`, `:'name'` or `:"name"`, but not `::type` and not `a[1:n]`. */
function isVariable(text: string, at: number): boolean {
  if (text[at + 1] === ':' || text[at - 1] === ':' || text[at + 1] === '=') return false;
  return /^:(['"]?)[A-Za-z_]\w*\1/.test(text.slice(at, at + 80)) && !/[\w\])]/.test(text[at - 1] ?? ' ');
}

function tokenEnd(text: string, at: number, char: string): number {
  if (/^[eE]'/.test(text.slice(at, at + 2))) return quotedEnd(text, at + 1, "'", true);
  if (char === "'" || char === '"') return quotedEnd(text, at, char, false);
  if (/[bBxXnN]/.test(char) && text[at + 1] === "'") return quotedEnd(text, at + 1, "'", false);
  if (char === '$') {
    const tag = /^\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(text.slice(at, at + 70))?.[0];
    if (tag === undefined) return at + 1;
    const close = text.indexOf(tag, at + tag.length);
    return close < 0 ? text.length : close + tag.length;
  }
  return at + 1;
}

function quotedEnd(text: string, at: number, quote: string, escapes: boolean): number {
  for (let i = at + 1; i < text.length; i++) {
    if (escapes && text[i] === '\\') i++;
    else if (text[i] === quote) {
      if (text[i + 1] === quote) i++;
      else return i + 1;
    }
  }
  return text.length;
}

/** After `COPY … FROM stdin;` come rows, up to a line that is only `\.`. */
function copyEnd(text: string, at: number): number {
  const close = /^\\\.\r?$/m;
  const rest = text.slice(at);
  const found = close.exec(rest);
  return found ? at + found.index + found[0].length : text.length;
}
