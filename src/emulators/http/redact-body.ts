/** Bodies as the log of requests keeps them: without keys, tokens and values of variables. */

const SECRET = /^(?:admin|deploy|api)key$|token$|secret|password/i;
/** Objects whose values are secrets, whatever their names. */
const VARIABLES = /^environmentVariables$/;
const HIDDEN = '<redacted>';

export function redactBody(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactBody);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, redactField(name, field)]));
}

function redactField(name: string, field: unknown): unknown {
  if (VARIABLES.test(name) && typeof field === 'object' && field !== null)
    return Object.fromEntries(Object.keys(field).map((variable) => [variable, HIDDEN]));
  return SECRET.test(name) && typeof field === 'string' ? HIDDEN : redactBody(field);
}
