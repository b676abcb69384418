/** Text in GraphQL's schema language → the vendor's schema object, tolerant of directives that a gateway defines. */
import { buildASTSchema, type DocumentNode, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { UnreadableGraphql } from './unreadable.ts';

/** Federation's `@key` and the like are defined elsewhere, and change nothing in what clients may ask. */
const onlyUnknownDirectives = (message: string): boolean =>
  message.split('\n\n').every((one) => one.startsWith('Unknown directive'));

function parseText(side: 'old' | 'new', sdl: string): DocumentNode {
  try {
    return parse(sdl.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new UnreadableGraphql(side, error.message, error.locations?.[0]?.line ?? null, error);
  }
}

/** @throws UnreadableGraphql when the text cannot be parsed, or names types that it does not define */
export function readGraphql(side: 'old' | 'new', sdl: string): GraphQLSchema {
  const document = parseText(side, sdl);
  const build = (assumeValidSDL: boolean) => buildASTSchema(document, { assumeValidSDL });
  try {
    return build(false);
  } catch (error) {
    // The library throws a plain Error with one paragraph a fault.
    const message = error instanceof Error ? error.message : String(error);
    if (onlyUnknownDirectives(message)) return build(true);
    throw new UnreadableGraphql(side, message.split('\n\n').join('; '), null, error);
  }
}
