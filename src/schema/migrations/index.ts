/** Folders of migrations, whoever wrote them. */
export { compareHistory, type History, schemaOf } from './history.ts';
export { pathsToRead, placeOf } from './places.ts';
export {
  type Migration,
  type MigrationFolder,
  type Oddity,
  readFolders,
  type SourceFile,
  type Tool,
} from './read-folders.ts';
