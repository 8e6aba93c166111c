/** A backup that was not made. The message has the reason and the fix. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
