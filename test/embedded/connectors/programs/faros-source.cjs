// A source made with faros-airbyte-cdk, whose folder of packages is the first argument.
const { createRequire } = require('node:module');
const [folder] = process.argv.splice(2, 1);
const { AirbyteSourceBase, AirbyteSourceLogger, AirbyteSourceRunner, AirbyteSpec, AirbyteStreamBase } =
  createRequire(`${folder}/`)('faros-airbyte-cdk');

class Numbers extends AirbyteStreamBase {
  get primaryKey() {
    return 'id';
  }
  get cursorField() {
    return 'id';
  }
  getJsonSchema() {
    return { type: 'object', properties: { id: { type: 'integer' } } };
  }
  async *readRecords(_syncMode, _cursorField, _slice, state) {
    for (let id = (state?.id ?? 0) + 1; id <= 40; id++) yield { id };
  }
  getUpdatedState(state, { id }) {
    return { id: Math.max(state?.id ?? 0, id) };
  }
}

class Source extends AirbyteSourceBase {
  get type() {
    return 'numbers';
  }
  async spec() {
    return new AirbyteSpec({ connectionSpecification: { type: 'object', properties: {} } });
  }
  async checkConnection() {
    return [true, undefined];
  }
  streams() {
    return [new Numbers(this.logger)];
  }
}

const logger = new AirbyteSourceLogger();
new AirbyteSourceRunner(logger, new Source(logger)).mainCommand().parse(process.argv);
