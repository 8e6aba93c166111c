import { createInterface, type Interface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';

/** The terminal, or its replacement. Without an input the defaults are taken. */
export interface Terminal {
  readonly input: Readable | null;
  readonly write: (text: string) => void;
}

/** A question with its default. */
export interface Question {
  /** Name of the option that answers it. */
  readonly option: string;
  readonly text: string;
  readonly byDefault: string;
  /** The only valid answers; absent: any. */
  readonly oneOf?: readonly string[];
  /** True: the answer is not shown. */
  readonly isSecret?: boolean;
}

/** An answer that cannot be used. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** The user has ended the program with Ctrl-C or Ctrl-D. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** The message of an interruption before the first creation. */
export const NOTHING_CREATED = 'The program was interrupted. Nothing was created.';

/** Answers from options, then from the terminal, then the defaults. */
export class Answers {
  private readonly lines: Interface | null;
  private readonly first = new AbortController();
  private readonly second = new AbortController();
  /** Answers that are not the default. A question that is asked again has them as its default. */
  private readonly chosen = new Map<string, string>();
  private readonly asked = new Set<string>();
  private isMuted = false;
  private isOver = false;
  private readonly received: string[] = [];
  private arrived: () => void = () => undefined;

  constructor(
    private readonly options: Readonly<Record<string, string | undefined>>,
    terminal: Terminal,
  ) {
    const { input, write } = terminal;
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.isMuted) write(chunk.toString());
        done();
      },
    });
    this.write = write;
    const isTerminal = input !== null && 'isTTY' in input && input.isTTY === true;
    // Without a history, the arrow keys do not bring back a password.
    this.lines = input && createInterface({ input, output, terminal: isTerminal, historySize: 0 });
    // Lines may arrive before they are asked for.
    this.lines?.on('line', (line) => {
      this.received.push(line);
      this.arrived();
    });
    this.lines?.on('SIGINT', () => {
      (this.interrupted.aborted ? this.second : this.first).abort();
      this.arrived();
    });
    this.lines?.once('close', () => {
      this.isOver = true;
      this.arrived();
    });
  }

  private readonly write: Terminal['write'];

  /** Aborted by the first Ctrl-C. */
  get interrupted(): AbortSignal {
    return this.first.signal;
  }

  /** Aborted by the second Ctrl-C, for calls that had better end by themselves. */
  get interruptedTwice(): AbortSignal {
    return this.second.signal;
  }

  /** Whether a question can be asked again. */
  get canCorrect(): boolean {
    return this.lines !== null && (!this.isOver || this.received.length > 0);
  }

  /**
   * Asks a question. If it was asked before, options no longer answer it, and its default is the earlier answer.
   * @throws AnswerError for an option that is not one of the valid answers
   * @throws InterruptedError
   */
  async ask(question: Question): Promise<string> {
    const { option, oneOf } = question;
    const given = this.asked.has(option) ? undefined : this.options[option];
    this.asked.add(option);
    if (given !== undefined && oneOf && !oneOf.includes(given))
      throw new AnswerError(`--${option} must be one of ${oneOf.join(', ')}.`);
    const answer = given ?? (await this.read(question));
    if (answer !== question.byDefault) this.chosen.set(option, answer);
    return answer;
  }

  close(): void {
    this.lines?.close();
  }

  /** Reads a valid answer from the terminal. */
  private async read({ option, text, byDefault, oneOf, isSecret = false }: Question): Promise<string> {
    const usual = this.chosen.get(option) ?? byDefault;
    if (!this.lines) return usual;
    const choices = oneOf ? ` (${oneOf.join(', ')})` : '';
    const shown = usual === '' ? '' : ` [${isSecret ? '…' : usual}]`;
    this.lines.setPrompt(`${text}${choices}${shown}: `);
    for (;;) {
      const answer = (await this.line(this.lines, isSecret)).trim();
      if (answer === '') return usual;
      if (!oneOf || oneOf.includes(answer)) return answer;
      this.write(`Answer one of ${oneOf.join(', ')}.\n`);
    }
  }

  private async line(lines: Interface, isSecret: boolean): Promise<string> {
    // A closed terminal cannot prompt, and lines that it has received are still used.
    if (this.isOver) this.write(lines.getPrompt());
    else lines.prompt();
    this.isMuted = isSecret;
    while (this.received.length === 0 && !this.isOver && !this.interrupted.aborted)
      await new Promise<void>((resolve) => {
        this.arrived = resolve;
      });
    this.isMuted = false;
    const line = this.interrupted.aborted ? undefined : this.received.shift();
    if (isSecret || line === undefined) this.write('\n');
    if (line === undefined) throw new InterruptedError(NOTHING_CREATED);
    return line;
  }
}
