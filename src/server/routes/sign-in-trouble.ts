/** Why a sign-in with a provider came to nothing, in words. */

const WORDS = {
  late: 'The sign-in took too long, or began in another browser. Try again.',
  unreachable: 'The provider could not be asked. Try again.',
  'not-confirmed': 'The provider did not confirm the sign-in. Try again.',
  'not-allowed': 'You are who you say, but nobody has let you in yet: ask an admin to add you to the configuration.',
} as const;

export type SignInTrouble = keyof typeof WORDS;

/** Null for whatever is no such trouble. */
export function troubleInWords(code: string | undefined): string | null {
  return code !== undefined && Object.hasOwn(WORDS, code) ? WORDS[code as SignInTrouble] : null;
}
