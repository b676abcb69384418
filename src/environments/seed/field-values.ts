/** Realistic values by the name of a field: what people call it is the best guess at what is in it. */
import type { Faker } from '@faker-js/faker';
import { wordsOf } from '../words.ts';

type Make<T> = (faker: Faker) => T;
/** The first rule that fits: one of its words, or the end of them, is in the field's name. */
type Rules<T> = readonly (readonly [fits: RegExp, make: Make<T>])[];

/** Times lie in the year before this moment: the same seed gives the same data, whenever it is run. */
export const NOW = Date.UTC(2026, 0, 1);
const YEAR_MS = 365 * 24 * 3_600_000;

/** Matched against words with spaces around them: ` first name `. */
const TEXTS: Rules<string> = [
  [/ e ?mail /, (faker) => faker.internet.email({ provider: 'example.com' }).toLowerCase()],
  [/ (first|given) name /, (faker) => faker.person.firstName()],
  [/ (last|family) name | surname /, (faker) => faker.person.lastName()],
  [/ (user ?name|handle|nick ?name|login) /, (faker) => faker.internet.username().toLowerCase()],
  [/ (file ?name|file) /, (faker) => faker.system.fileName()],
  [/ (company|organi[sz]ation|employer|vendor|brand) /, (faker) => faker.company.name()],
  [/ (product|item) (name|title) /, (faker) => faker.commerce.productName()],
  [/ (full ?name|name|author|owner|person|customer|assignee) $/, (faker) => faker.person.fullName()],
  [/ (phone|mobile|tel|telephone|fax) /, (faker) => faker.phone.number({ style: 'international' })],
  [/ (avatar|image|photo|picture|thumbnail|logo) /, (faker) => `https://example.com/images/${faker.string.uuid()}.png`],
  [/ (url|uri|link|website|homepage|href) /, (faker) => `https://example.com/${faker.lorem.slug(2)}`],
  [/ (slug|permalink) /, (faker) => faker.lorem.slug(3)],
  [/ (street|address line|address) /, (faker) => faker.location.streetAddress()],
  [/ (city|town) /, (faker) => faker.location.city()],
  [/ (zip|zip code|postal code|postcode|zipcode) /, (faker) => faker.location.zipCode()],
  [/ country code /, (faker) => faker.location.countryCode()],
  [/ country /, (faker) => faker.location.country()],
  [/ (state|province|region) /, (faker) => faker.location.state()],
  [/ (time ?zone) /, (faker) => faker.location.timeZone()],
  [/ currency /, (faker) => faker.finance.currencyCode()],
  [/ (locale|language|lang) /, (faker) => faker.helpers.arrayElement(['en', 'de', 'fr', 'es', 'ja'])],
  [/ (colou?r) /, (faker) => faker.color.rgb()],
  [/ (ip|ip address) /, (faker) => faker.internet.ipv4()],
  [/ (token|secret|key|hash|password|salt) /, (faker) => faker.string.alphanumeric(32)],
  [/ (uuid|guid|external id|ref|reference|sku|code|number) $/, (faker) => faker.string.alphanumeric(10).toUpperCase()],
  [/ (at|date|day|on) $/, (faker) => new Date(timeOf(faker)).toISOString()],
  [/ (job|role|position) /, (faker) => faker.person.jobTitle()],
  [/ (category|department|kind|type) /, (faker) => faker.commerce.department()],
  [/ (tag|label|topic) /, (faker) => faker.lorem.word()],
  [/ (status) /, (faker) => faker.helpers.arrayElement(['open', 'active', 'done'])],
  [/ (title|subject|headline|summary|caption) /, (faker) => capital(faker.lorem.words({ min: 2, max: 5 }))],
  [/ (body|content|text|description|bio|about|message|comment|note|notes) /, (faker) => faker.lorem.paragraph()],
  [/ (product) /, (faker) => faker.commerce.productName()],
];

const NUMBERS: Rules<number> = [
  [/ (at|date|time|timestamp|until|since|expires|deadline) $/, timeOf],
  [
    / (price|amount|total|cost|fee|balance|budget|salary) /,
    (faker) => faker.number.int({ min: 100, max: 50_000 }) / 100,
  ],
  [/ cents $/, (faker) => faker.number.int({ min: 100, max: 50_000 })],
  [/ (lat|latitude) /, (faker) => faker.location.latitude()],
  [/ (lng|lon|longitude) /, (faker) => faker.location.longitude()],
  [/ (rating|stars) /, (faker) => faker.number.int({ min: 1, max: 5 })],
  [/ (percent|percentage|progress) /, (faker) => faker.number.int({ min: 0, max: 100 })],
  [/ (age) /, (faker) => faker.number.int({ min: 18, max: 90 })],
  [/ (year) /, (faker) => faker.number.int({ min: 1990, max: 2026 })],
  [/ (priority|order|rank|position|level) /, (faker) => faker.number.int({ min: 1, max: 5 })],
  [/ (size|bytes) /, (faker) => faker.number.int({ min: 1_000, max: 5_000_000 })],
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Whole milliseconds since 1970. */
export function timeOf(faker: Faker): number {
  return NOW - faker.number.int({ min: 0, max: YEAR_MS });
}

function find<T>(rules: Rules<T>, field: string): Make<T> | undefined {
  const words = ` ${wordsOf(field).join(' ')} `;
  return rules.find(([fits]) => fits.test(words))?.[1];
}

/** `table` helps where the field alone says little: the `name` of `products` is no person's. */
export function textFor(faker: Faker, table: string, field: string): string {
  const person = /user|person|people|member|customer|author|employee|contact|account|student|patient|player/i;
  if (wordsOf(field).join(' ') === 'name' && !person.test(table))
    return /compan|organi[sz]ation|team/i.test(table) ? faker.company.name() : faker.commerce.productName();
  return (find(TEXTS, field) ?? ((one: Faker) => one.lorem.words(3)))(faker);
}

export function numberFor(faker: Faker, field: string): number {
  return (find(NUMBERS, field) ?? ((one: Faker) => one.number.int({ min: 0, max: 1_000 })))(faker);
}

export function booleanFor(faker: Faker, field: string): boolean {
  const rare = / (deleted|archived|banned|blocked|admin|disabled|hidden) /.test(` ${wordsOf(field).join(' ')} `);
  return faker.datatype.boolean(rare ? 0.1 : 0.5);
}
