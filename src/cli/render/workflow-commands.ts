/** What a runner of GitHub Actions reads from a log: annotations, groups, masks. */

export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly text: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** A command ends at a line break, and reads percent signs as escapes. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** Properties end at a comma and at a colon as well. */
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

export function annotationLine({ kind, title, text, file, line }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${escapeProperty(file)}`]),
    ...(file === undefined || line === undefined ? [] : [`line=${line}`]),
    `title=${escapeProperty(title)}`,
  ];
  return `::${kind} ${properties.join(',')}::${escapeData(text)}`;
}

export const groupLine = (title: string): string => `::group::${escapeData(title)}`;
export const GROUP_END = '::endgroup::';

/** The runner keeps the value out of the log from here on, this line included. */
export const maskLine = (value: string): string => `::add-mask::${escapeData(value)}`;
