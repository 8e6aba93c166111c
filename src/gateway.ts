import * as nodeModule from 'node:module';
import { join } from 'node:path';

// Entry of the built gateway, `dist/gateway.js`. It turns on the compile cache and then starts `main.ts`.

/** Node has this function since version 22.8. The installed types do not contain it, because they are for an older version. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
// The cache makes the start faster. If the folder is not writable, Node starts without the cache.
enableCompileCache?.(join(__dirname, 'compile-cache'));

// This import must follow `enableCompileCache`, so that the cache includes `./main`.
import './main';
