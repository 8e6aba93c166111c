import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mappedStack } from './mapped-stack';

describe('mappedStack', () => {
  it('names the source of a position, and leaves the rest as it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mapped-stack-'));
    const built = join(folder, 'built.js');
    // Line 1, column 1 of built.js is line 3, column 5 of orders.ts.
    const map = { version: 3, sources: ['orders.ts'], names: [], mappings: 'AAEI' };
    writeFileSync(join(folder, 'built.js.map'), JSON.stringify(map));
    writeFileSync(built, 'throw new Error();\n//# sourceMappingURL=built.js.map\n');
    const stack = `Error: at (${built}:1:1)\n    at run (${built}:1:1)\n    at ${built}:1:1\n    at node:internal/x:1:1`;
    const source = join(folder, 'orders.ts');
    expect(mappedStack(stack)).toBe(
      `Error: at (${built}:1:1)\n    at run (${source}:3:5)\n    at ${source}:3:5\n    at node:internal/x:1:1`,
    );
  });
});
