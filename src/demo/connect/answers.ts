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

/** Answers from options, then from the terminal, then the defaults. */
export class Answers {
  private readonly lines: Interface | null;
  private isMuted = false;
  private isOver = false;
  private readonly received: string[] = [];
  private arrived: () => void = () => undefined;

  constructor(
    private readonly options: Readonly<Record<string, string | undefined>>,
    private readonly terminal: Terminal,
  ) {
    const { input, write } = terminal;
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.isMuted) write(chunk.toString());
        done();
      },
    });
    this.lines =
      input && createInterface({ input, output, terminal: 'isTTY' in input && input.isTTY === true });
    // Lines may arrive before they are asked for.
    this.lines?.on('line', (line) => {
      this.received.push(line);
      this.arrived();
    });
    this.lines?.once('close', () => {
      this.isOver = true;
      this.arrived();
    });
  }

  /** @throws AnswerError for an option that is not one of the valid answers */
  async ask(question: Question): Promise<string> {
    const { option, byDefault, oneOf } = question;
    const given = this.options[option];
    if (given !== undefined) {
      if (oneOf && !oneOf.includes(given))
        throw new AnswerError(`--${option} must be one of ${oneOf.join(', ')}.`);
      return given;
    }
    for (;;) {
      const answer = (await this.read(question)).trim();
      if (answer === '') return byDefault;
      if (!oneOf || oneOf.includes(answer)) return answer;
      this.terminal.write(`Answer one of ${oneOf.join(', ')}.\n`);
    }
  }

  close(): void {
    this.lines?.close();
  }

  /** @returns an empty text at the end of the input */
  private async read({ text, byDefault, oneOf, isSecret = false }: Question): Promise<string> {
    if (!this.lines || (this.isOver && this.received.length === 0)) return '';
    const choices = oneOf ? ` (${oneOf.join(', ')})` : '';
    const shown = byDefault === '' ? '' : ` [${isSecret ? '…' : byDefault}]`;
    this.terminal.write(`${text}${choices}${shown}: `);
    this.isMuted = isSecret;
    while (this.received.length === 0 && !this.isOver)
      await new Promise<void>((resolve) => {
        this.arrived = resolve;
      });
    this.isMuted = false;
    if (isSecret) this.terminal.write('\n');
    return this.received.shift() ?? '';
  }
}
