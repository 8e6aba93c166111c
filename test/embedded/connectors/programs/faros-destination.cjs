// A destination made with faros-airbyte-cdk, whose folder of packages is the first argument. It returns its states at the end.
const { appendFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { createInterface } = require('node:readline');
const [folder] = process.argv.splice(2, 1);
const { AirbyteDestination, AirbyteLogger, AirbyteDestinationRunner, AirbyteSpec } = createRequire(
  `${folder}/`,
)('faros-airbyte-cdk');

class Lines extends AirbyteDestination {
  async spec() {
    const connectionSpecification = { type: 'object', properties: { file: { type: 'string' } } };
    return new AirbyteSpec({ supported_destination_sync_modes: ['append'], connectionSpecification });
  }
  async check() {
    return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } };
  }
  async *write({ file }, _redacted, _catalog, input) {
    const states = [];
    for await (const line of createInterface({ input })) {
      const message = JSON.parse(line);
      if (message.type === 'RECORD') appendFileSync(file, `${JSON.stringify(message.record.data)}\n`);
      if (message.type === 'STATE') states.push(message);
    }
    yield* states;
  }
}

const logger = new AirbyteLogger();
new AirbyteDestinationRunner(logger, new Lines()).mainCommand().parse(process.argv);
