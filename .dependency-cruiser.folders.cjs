/** No cycles between folders of src. Specs are left out: they import test/support, which imports src. */
const { options } = require('./.dependency-cruiser.cjs');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles-of-folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
  ],
  options: {
    ...options,
    exclude: { path: [...options.exclude.path, '\\.spec\\.ts$', '^test/', '^node_modules/'] },
  },
};
