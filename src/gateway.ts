import * as nodeModule from 'node:module';
import { join } from 'node:path';

/** Node has it since 22.8; the types are those of the oldest Node that is supported. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
// Compiling is a large part of a start. A folder that cannot be written only makes the start slower.
enableCompileCache?.(join(__dirname, 'compile-cache'));

// After the cache is on: an import is evaluated where it stands.
import './main';
