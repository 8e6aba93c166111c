// npm run connect
import { reasonOf } from '../reason';
import { AnswerError } from './answers';
import { connect } from './connect';

const { stdin, stdout } = process;
connect(process.argv.slice(2), {
  input: stdin.isTTY ? stdin : null,
  write: (text) => {
    stdout.write(text);
  },
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof AnswerError ? error.message : reasonOf(error)}\n`);
  process.exitCode = 1;
});
