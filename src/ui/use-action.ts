import { useState } from 'preact/hooks';

/** State of the actions of a form, of which one runs at a time. */
export interface Action {
  readonly isBusy: boolean;
  /** Error of the last action; null before the first one, while one runs, and after a success. */
  readonly error: unknown;
  readonly setError: (error: unknown) => void;
  /** Never rejects. */
  readonly act: (work: () => Promise<void>) => Promise<void>;
}

export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const act = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (reason) {
      setError(reason);
    }
    setBusy(false);
  };
  return { isBusy, error, setError, act };
}
