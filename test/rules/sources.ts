/** The project's own files, as the rule tests read them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** All files with one of the endings below a folder; none when it does not exist. */
export function filesIn(folder: string, endings: readonly string[]): SourceFile[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => {
      const absolute = join(entry.parentPath, entry.name);
      const text = readFileSync(absolute, 'utf8');
      return { path: relative(root, absolute), text, lines: text.split('\n').length - 1 };
    })
    .sort((a, b) => a.path.localeCompare(b.path));
}

/** What is shipped or runs the project; tests are not in it. */
export function sources(): SourceFile[] {
  const all = [
    ...filesIn('src', ['.ts']),
    ...filesIn('dashboard/src', ['.ts', '.tsx']),
    ...filesIn('scripts', ['.mjs']),
    ...filesIn('bin', ['.js']),
  ];
  return all.filter((file) => !file.path.endsWith('.test.ts'));
}

export function tests(): SourceFile[] {
  return [
    ...filesIn('src', ['.test.ts']),
    ...filesIn('dashboard/src', ['.test.ts', '.test.tsx']),
    ...filesIn('test', ['.ts']),
  ];
}
