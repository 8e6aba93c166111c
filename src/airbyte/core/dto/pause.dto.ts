import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  AIRBYTE_PAUSE_REASONS,
  type AirbytePauseReason,
  type Pause,
  PAUSED_BY,
  type PausedBy,
} from '../pause';

@ApiSchema({ name: 'Pause', description: 'Who paused an ingestion, why and until when.' })
export class PauseDto {
  /**
   * `gateway`: a caller of the gateway, with a reason or an end. `user`: a user of Airbyte, such as the one of the gateway.
   * `airbyte`: Airbyte itself.
   */
  @ApiProperty({ enum: PAUSED_BY, enumName: 'HistoryActorKind', example: 'gateway' })
  by: PausedBy;

  /** Name of the caller or the user; null if there is none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'key:ops' })
  name: string | null;

  /** Reason, for humans, with secrets masked; null if none was given. */
  @ApiProperty({ type: 'string', nullable: true, example: 'The warehouse is being moved.' })
  reason: string | null;

  /** Reason for which Airbyte itself paused it; null if somebody else did. `unknown`: one of another Airbyte version. */
  @ApiProperty({
    enum: AIRBYTE_PAUSE_REASONS,
    enumName: 'AirbytePauseReason',
    nullable: true,
    example: null,
  })
  airbyteReason: AirbytePauseReason | null;

  /** Begin of the pause. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  since: string;

  /** When the gateway activates the ingestion; null: it does not. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-24T06:00:00.000Z' })
  until: string | null;
}

export function toPauseDto({ by, name, reason, airbyteReason, since, until }: Pause): PauseDto {
  return {
    by,
    name,
    reason,
    airbyteReason,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
  };
}
