import type { AttemptHooks } from './attempt-hooks';

/** Notices that no connector of an attempt has sent a message for too long. */
export class SilenceWatch {
  private lastMessageMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly hooks: Pick<AttemptHooks, 'elapsedMs' | 'silenceMs'>) {
    this.lastMessageMs = hooks.elapsedMs();
  }

  /** @param onSilence called repeatedly while the silence lasts */
  watch(onSilence: () => void): void {
    const { elapsedMs, silenceMs } = this.hooks;
    this.timer = setInterval(
      () => {
        if (elapsedMs() - this.lastMessageMs >= silenceMs) onSilence();
      },
      Math.min(silenceMs / 4, 5000),
    );
  }

  /** A connector has sent something. */
  broken(): void {
    this.lastMessageMs = this.hooks.elapsedMs();
  }

  end(): void {
    clearInterval(this.timer);
  }
}
