import { Injectable } from '@nestjs/common';

/** Announces changes of sources inside this process, so that nothing learnt from an earlier configuration is used. */
@Injectable()
export class SourceChanges {
  private readonly listeners: ((sourceId: string) => void)[] = [];

  onChange(listener: (sourceId: string) => void): void {
    this.listeners.push(listener);
  }

  /** Call when a change of this gateway ended, whether it succeeded or failed. */
  record(sourceId: string): void {
    for (const listener of this.listeners) listener(sourceId);
  }
}
