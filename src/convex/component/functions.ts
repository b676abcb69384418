/** Functions of the component, typed by its schema. Internal ones are called with the admin key only: no application reaches them. */
import {
  type DataModelFromSchemaDefinition,
  type GenericMutationCtx,
  type GenericQueryCtx,
  internalMutationGeneric,
  internalQueryGeneric,
  type MutationBuilder,
  type QueryBuilder,
  queryGeneric,
} from 'convex/server';
import type schema from './schema.ts';

export type Model = DataModelFromSchemaDefinition<typeof schema>;
export type Document<Table extends keyof Model> = Model[Table]['document'];
export type Reading = GenericQueryCtx<Model>;
export type Writing = GenericMutationCtx<Model>;

export const internalQuery = internalQueryGeneric as QueryBuilder<Model, 'internal'>;
export const internalMutation = internalMutationGeneric as MutationBuilder<Model, 'internal'>;
export const openQuery = queryGeneric as QueryBuilder<Model, 'public'>;
