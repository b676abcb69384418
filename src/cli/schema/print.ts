/** A report for people: section by section, each reason with its place, what shows it, and one way out. */
import { facts } from '../render/facts.ts';
import { cut, wrap } from '../render/layout.ts';
import { type Look, paint, plainText, shape, type Style } from '../render/shape.ts';
import {
  type Level,
  type Reason,
  type SchemaReport,
  type Section,
  type Shown,
  verdictOf,
} from '../../compatibility/report.ts';

export type Page = Style & { readonly columns: number };

const LOOKS: Readonly<Record<Level, Look>> = {
  error: 'needs-you',
  unknown: 'waiting',
  warning: 'waiting',
  note: 'none',
};
const WORDS: Readonly<Record<Level, string>> = {
  error: 'in the way',
  unknown: 'cannot tell',
  warning: 'mind',
  note: 'note',
};
const COLORS = { '+': 'green', '-': 'red', ' ': 'gray' } as const;

const INDENT = '      ';

const widthOf = (page: Page): number => Math.min(page.columns, 100);

function shownLine(page: Page, { sign, text }: Shown): string {
  // Statements are shown to be recognised; the file has all of it.
  const line = cut(sign === ' ' ? text : `${sign} ${text}`, widthOf(page) - INDENT.length);
  return `${INDENT}${paint(page, COLORS[sign], plainText(page, line))}`.trimEnd();
}

/** A recipe of several releases has a line each. */
function recipeLines(page: Page, recipe: string): string[] {
  const [first = '', ...rest] = recipe.split('\n').map((line) => plainText(page, line.trim()));
  const lines = [`instead: ${first}`, ...rest.map((line) => `  ${line}`)];
  return lines.flatMap((line) => {
    // A command is copied whole.
    if (/^ *(npx|belay|psql|git) /.test(line)) return [INDENT + line];
    const lead = /^ */.exec(line)?.[0] ?? '';
    return wrap(line.trimStart(), widthOf(page) - INDENT.length - lead.length - 2).map((part, at) =>
      paint(page, 'cyan', `${INDENT}${at === 0 ? lead : `${lead}  `}${part}`),
    );
  });
}

function reasonLines(page: Page, reason: Reason, withRecipe: boolean): string[] {
  const at = reason.file === undefined ? '' : `${reason.file}${reason.line === undefined ? '' : `:${reason.line}`}`;
  const head = wrap(plainText(page, `${WORDS[reason.level]} · ${reason.place}`), widthOf(page) - 4);
  const why = wrap(plainText(page, reason.why), widthOf(page) - INDENT.length).map((line) => INDENT + line);
  return [
    ...head.map((line, row) => (row === 0 ? `  ${shape(page, LOOKS[reason.level])} ${line}` : `    ${line}`)),
    INDENT + paint(page, 'gray', plainText(page, [at, reason.rule].filter((part) => part !== '').join(' · '))),
    ...(reason.shown ?? []).map((line) => shownLine(page, line)),
    ...why,
    ...(reason.recipe && withRecipe ? recipeLines(page, reason.recipe) : []),
  ];
}

const ORDER: readonly Level[] = ['error', 'unknown', 'warning', 'note'];

function sectionLines(page: Page, section: Section): string[] {
  const verdicts = wrap(plainText(page, section.verdicts.join(' · ')), widthOf(page) - 2).map((line) => `  ${line}`);
  const title = `${shape(page, LOOKS[worst(section)])} ${paint(page, 'bold', plainText(page, section.title))}`;
  const reasons = section.reasons.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
  return [
    '',
    title,
    ...(section.verdicts.length > 0 ? verdicts : []),
    ...(section.shown ?? []).map((line) => shownLine(page, line)),
    // One recipe for all that it helps.
    ...reasons.flatMap((one, at) => reasonLines(page, one, one.recipe !== reasons[at + 1]?.recipe)),
  ];
}

const MANY = 6;

/** Where there is nothing to say, a line is enough; and where there is much of it, the first few lines are. */
function quietLines(page: Page, sections: readonly Section[]): string[] {
  const lines = sections.slice(0, sections.length > MANY ? MANY - 1 : MANY).map(({ title, verdicts }) => {
    const text = [title, ...verdicts].join(' · ');
    return `${shape(page, 'live')} ${cut(plainText(page, text), widthOf(page) - 2)}`;
  });
  const more = sections.length - lines.length;
  return [...(sections.length > 0 ? [''] : []), ...lines, ...(more > 0 ? [`  and ${more} more like these`] : [])];
}

const worst = ({ reasons }: Section): Level =>
  ORDER.find((level) => reasons.some((reason) => reason.level === level)) ?? 'note';

const isQuiet = ({ reasons, shown }: Section): boolean => reasons.length === 0 && (shown ?? []).length === 0;

/** Lines of one report, without the last block. */
export function reportLines(page: Page, report: SchemaReport): string[] {
  const title = wrap(plainText(page, report.title), widthOf(page)).map((line) => paint(page, 'bold', line));
  const loud = report.sections.filter((section) => !isQuiet(section));
  return [
    ...title,
    ...loud.flatMap((section) => sectionLines(page, section)),
    ...quietLines(page, report.sections.filter(isQuiet)),
  ];
}

/** The last block: how many of what, and what to do next. */
export function summaryLines(page: Page, reports: readonly SchemaReport[], next: string): string[] {
  return [
    '',
    ...facts(page, [
      ['verdict', verdictOf(reports)],
      ['next', next],
    ]),
  ];
}
