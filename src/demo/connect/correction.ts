import { isProblem } from '@airbyte-ingestion/client';
import { AnswerError, InterruptedError, NOTHING_CREATED, type Answers } from './answers';

/** Questions whose answers are checked together. */
interface Checked<T> {
  /** For messages: the subject of "failed". */
  readonly subject: string;
  readonly ask: (answers: Answers) => Promise<T>;
  /** The reason to ask again, or null. A refusal of the gateway is one too. */
  readonly failureOf: (answer: T, options: { readonly signal: AbortSignal }) => Promise<string | null>;
}

interface Asking {
  readonly answers: Answers;
  readonly write: (text: string) => void;
}

/**
 * Asks until the answers are valid.
 * @throws AnswerError with the reason if there is no terminal to ask again
 */
export async function askUntilValid<T>({ answers, write }: Asking, checked: Checked<T>): Promise<T> {
  for (;;) {
    const answer = await checked.ask(answers);
    const reason = await reasonToCorrect(answers.interrupted, (signal) =>
      checked.failureOf(answer, { signal }),
    );
    if (reason === null) return answer;
    const message = `The ${checked.subject} failed: ${reason}`;
    if (!answers.canCorrect) throw new AnswerError(message);
    write(`${message}\nCorrect the answers. An empty line keeps an answer.\n`);
  }
}

async function reasonToCorrect(
  signal: AbortSignal,
  check: (signal: AbortSignal) => Promise<string | null>,
): Promise<string | null> {
  try {
    return await check(signal);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError(NOTHING_CREATED, { cause: error });
    if (isProblem(error) && (error.status === 400 || error.status === 422)) return error.message;
    throw error;
  }
}
