/** One line of the doctor: what was looked at, what was seen, the command that fixes it. */
import { isProblem } from '../../core/errors.ts';

export interface Finding {
  readonly what: string;
  readonly status: 'pass' | 'warn' | 'fail' | 'not-checked';
  readonly text: string;
  readonly fix: string | null;
}

export const pass = (what: string, text: string): Finding => ({ what, status: 'pass', text, fix: null });
export const warn = (what: string, text: string, fix: string | null): Finding => ({ what, status: 'warn', text, fix });
export const fail = (what: string, text: string, fix: string | null): Finding => ({ what, status: 'fail', text, fix });
export const notChecked = (what: string, text: string, fix: string | null = null): Finding => ({
  what,
  status: 'not-checked',
  text,
  fix,
});

/** A Problem is a finding too; anything else is a bug and goes on. */
export async function look(
  what: string,
  work: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    const found = await work();
    return 'what' in found ? [found] : found;
  } catch (error) {
    if (!isProblem(error)) throw error;
    const [first, ...others] = [error.message, error.why, ...error.details.filter((line) => line !== error.why)];
    const text = [first, ...others.filter(Boolean)].join(' · ');
    return [fail(what, text, error.next ?? null)];
  }
}
