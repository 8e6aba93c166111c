import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  REFRESH_MODES,
  type RefreshMode,
  RunDto,
  STARTABLE_TYPES,
  type StartableType,
} from '../../core/dto/run.dto';

const TABLE_EFFECTS = ['adds', 'rereads', 'replaces', 'empties'] as const;
export type TableEffect = (typeof TABLE_EFFECTS)[number];

@ApiSchema({ name: 'AffectedTable', description: 'A table of the destination that a run would change.' })
export class AffectedTableDto {
  /** Name of the table, without its schema or database: the prefix of the ingestion and the name of the stream. */
  @ApiProperty({ example: 'orders' })
  table: string;

  /** Name of the stream. */
  @ApiProperty({ example: 'orders' })
  stream: string;

  /** Namespace of the stream; null if it has none. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  namespace: string | null;

  /**
   * `adds`: new and changed rows are added. `rereads`: all rows are read again and added. `replaces`: the rows of the table
   * are replaced. `empties`: the table is emptied, and nothing is read.
   */
  @ApiProperty({ enum: TABLE_EFFECTS, enumName: 'TableEffect', example: 'replaces' })
  effect: TableEffect;
}

@ApiSchema({ name: 'RunCheck', description: 'What a run would change. Nothing was started.' })
export class RunCheckDto {
  /** Type of the run. */
  @ApiProperty({ enum: STARTABLE_TYPES, enumName: 'StartableRunType', example: 'clear' })
  type: StartableType;

  /** Mode of a refresh; null for other types. */
  @ApiProperty({ enum: REFRESH_MODES, enumName: 'RefreshMode', nullable: true, example: null })
  mode: RefreshMode | null;

  /** Tables that would change. */
  @ApiProperty({ type: [AffectedTableDto], maxItems: 10000 })
  tables: AffectedTableDto[];

  /** The run in progress, which a refresh or a clear would cancel, and which a sync would conflict with; null if none is. */
  @ApiProperty({ type: () => RunDto, nullable: true })
  currentRun: RunDto | null;

  /** Scope that the start needs in addition to `ingestion:write`; null if none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'ingestion:destroy' })
  additionalScope: string | null;
}
