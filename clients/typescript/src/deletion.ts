import type { Caller, Init } from './caller.js';
import { isProblem, type ProblemCode } from './errors.js';
import type { CallOptions } from './types.js';

/**
 * Deletes something, also after a lost response: a retry then finds nothing any more, which is a success.
 * @param absent problem of something that does not exist
 */
export async function deleteOnce(
  caller: Caller,
  absent: ProblemCode,
  options: CallOptions,
  send: (init: Init) => Promise<{ readonly response: Response }>,
): Promise<void> {
  let attempts = 0;
  try {
    await caller.answer(
      null,
      (init) => {
        attempts += 1;
        return send(init);
      },
      options,
    );
  } catch (error) {
    if (attempts === 1 || !isProblem(error, absent)) throw error;
  }
}
