import * as nodeModule from 'node:module';
import { join } from 'node:path';

/** Available since Node 22.8. The installed types are those of the oldest supported version. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
// Compilation takes a large part of the start. Without a writable folder the start is only slower.
enableCompileCache?.(join(__dirname, 'compile-cache'));

// Imported after the cache is enabled.
import './main';
