const { default: Sequencer } = require('@jest/test-sequencer');

/** Suites that take much longer than the size of their files suggests. Started last, one of them would keep one worker busy alone. */
const LONGEST = [
  'postgres/corpus',
  'postgres/property',
  'connectors/real.',
  'connectors/installer',
  'contract/answers',
  'e2e/fuzz',
  'e2e/hints-property',
  'e2e/mirror-model',
  'e2e/mirror-gaps',
  'engine/sync',
];

function rankOf({ path }) {
  const rank = LONGEST.findIndex((suite) => path.includes(suite));
  return rank === -1 ? LONGEST.length : rank;
}

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
};
