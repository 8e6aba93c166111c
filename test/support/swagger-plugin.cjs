// Gives tests the same OpenAPI document as the build: the compiler plugin named in nest-cli.json, run by ts-jest.
const plugin = require('@nestjs/swagger/plugin');
const { options } = require('../../nest-cli.json').compilerOptions.plugins[0];

module.exports = {
  name: 'nestjs-swagger',
  version: 1,
  factory: ({ program }) => plugin.before(options, program),
};
