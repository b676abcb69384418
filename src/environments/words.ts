/** The words of a field's name: what people mean by it is in them. */

/** `billingEmailAddress`, `billing_email_address`, `EMAIL` → lower case words. */
export function wordsOf(field: string): readonly string[] {
  return field
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
