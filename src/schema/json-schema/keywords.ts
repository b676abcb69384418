/** Which keywords say something about values, and which only about the text; all others make a verdict `unknown`. */

const words = (...lines: readonly string[]): ReadonlySet<string> => new Set(lines.join(' ').split(' '));

/** Told to people and tools; no value is refused because of them. */
const ANNOTATIONS = words(
  'title description default example examples deprecated $comment xml externalDocs readOnly writeOnly',
  'contentMediaType contentEncoding discriminator $schema $id id $anchor $defs definitions $vocabulary',
);

/** Taken apart while expanding: they never reach the comparison of plain parts. */
const COMBINATORS = new Set(['$ref', 'allOf', 'anyOf', 'oneOf', 'nullable']);

const UNDERSTOOD = words(
  'type enum const format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength',
  'pattern properties required additionalProperties minProperties maxProperties items minItems maxItems',
  'uniqueItems',
);

export const isAnnotation = (keyword: string): boolean => ANNOTATIONS.has(keyword) || keyword.startsWith('x-');

export const isUnderstood = (keyword: string): boolean => UNDERSTOOD.has(keyword) || COMBINATORS.has(keyword);

/** Formats that narrow the values; what is not listed here is a hint, or is not known. */
export const FORMATS = words(
  'date date-time time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri',
  'iri-reference uuid json-pointer regex byte binary base64url int8 int16 int32 int64 uint8 uint16 uint32',
  'uint64 float double decimal',
);

/** A hint for the one who draws the form. */
export const FORMAT_HINTS = new Set(['password', 'textarea', 'html', 'markdown', 'commonmark']);

const INCLUDED: Readonly<Record<string, readonly string[]>> = {
  int8: ['int16', 'int32', 'int64'],
  int16: ['int32', 'int64'],
  int32: ['int64', 'double'],
  uint8: ['uint16', 'uint32', 'uint64', 'int16', 'int32', 'int64'],
  uint16: ['uint32', 'uint64', 'int32', 'int64'],
  uint32: ['uint64', 'int64'],
  float: ['double'],
  email: ['idn-email'],
  hostname: ['idn-hostname'],
  uri: ['uri-reference', 'iri', 'iri-reference'],
  iri: ['iri-reference'],
  'uri-reference': ['iri-reference'],
};

export const formatIncludes = (inner: string, outer: string): boolean =>
  inner === outer || (INCLUDED[inner] ?? []).includes(outer);
