// npm run connect
import { reasonOf } from '../reason';
import { AnswerError, InterruptedError } from './answers';
import { connect } from './connect';

const { stdin, stdout } = process;
connect(process.argv.slice(2), {
  input: stdin.isTTY ? stdin : null,
  write: (text) => {
    stdout.write(text);
  },
}).catch((error: unknown) => {
  const isInterrupted = error instanceof InterruptedError;
  process.stderr.write(
    `${isInterrupted || error instanceof AnswerError ? error.message : reasonOf(error)}\n`,
  );
  process.exitCode = isInterrupted ? 130 : 1;
});
