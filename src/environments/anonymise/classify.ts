/** What a value most likely is: first by the name of its field, then by its own shape. Null: nobody can tell. */
import { wordsOf } from '../words.ts';
import type { Action } from './rules.ts';

/** Against words with spaces around them. What opens doors comes first. */
const NAMES: readonly (readonly [fits: RegExp, action: Action])[] = [
  [
    / (token|tokens|secret|secrets|password|passwd|passphrase|pwd|hash|salt|key|keys|apikey|credential|credentials|session|cookie|otp|pin|jwt|signature|subject|fingerprint|iban|ssn|passport) /,
    'token',
  ],
  [/ (e ?mail|emails|e ?mails) /, 'email'],
  [/ (phone|phones|mobile|tel|telephone|fax|cell) /, 'phone'],
  [/ (ip|ips|ipv4|ipv6|ip ?address) /, 'ip'],
  [/ (address|addresses|street|city|town|zip|zipcode|postcode|postal|county|house) /, 'address'],
  [/ (name|names|firstname|lastname|fullname|surname|username|nickname|handle|login|author) /, 'name'],
  [/ (avatar|photo|picture|image|url|uri|link|website|homepage|href) /, 'url'],
];

/** Numbers that say who or where somebody is. */
const PRIVATE_NUMBER =
  / (phone|mobile|tel|ssn|passport|lat|latitude|lng|lon|longitude|birth|birthday|birthdate|dob|age|salary|income|weight|height|pin|card|account|iban|ip|tax) /;

const SHAPES: readonly (readonly [fits: RegExp, action: Action])[] = [
  [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'email'],
  [/^\d{1,3}(\.\d{1,3}){3}$/, 'ip'],
  [/^(?=.*::|(?:[0-9a-f]+:){7})[0-9a-f:.]{3,45}$/i, 'ip'],
  [/^\+?[\d\s()./-]{7,20}$/, 'phone'],
  [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'token'],
  [/^https?:\/\/\S+$/i, 'url'],
  // Without a space, with letters and digits, too long for a word: nobody reads it.
  [/^(?=\S*\d)(?=\S*[A-Za-z])[\w.~+/=|:-]{20,}$/, 'token'],
];

/** A moment says little by itself; one of birth says much. */
const MOMENT = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

interface FieldFacts {
  readonly named: Action | undefined;
  readonly isPrivate: boolean;
}

/** There are few fields, and many values in each. */
const known = new Map<string, FieldFacts>();

function factsOf(field: string): FieldFacts {
  const found = known.get(field);
  if (found) return found;
  const words = ` ${wordsOf(field).join(' ')} `;
  const named = NAMES.find(([fits]) => fits.test(words))?.[1];
  const facts = { named, isPrivate: PRIVATE_NUMBER.test(words) };
  known.set(field, facts);
  return facts;
}

/** By the last part of its path. */
export function classifyText(field: string, value: string): Action | null {
  if (value === '') return 'keep';
  const { named, isPrivate } = factsOf(field);
  // An address that is one of e-mail or of a machine is told by its shape.
  if (named !== undefined && named !== 'address') return named;
  if (MOMENT.test(value)) return named ?? (isPrivate ? null : 'keep');
  const shaped = SHAPES.find(([fits]) => fits.test(value))?.[1];
  if (named === 'address') return shaped === 'email' || shaped === 'ip' ? shaped : named;
  return shaped ?? null;
}

export function classifyNumber(field: string): Action | null {
  return factsOf(field).isPrivate ? null : 'keep';
}
