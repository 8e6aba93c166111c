import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, IDEMPOTENCY_PROBLEMS, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import { Idempotent, RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { BulkPauseService } from './bulk-pause.service';
import { BulkPauseDto, BulkPauseRequestDto } from './dto/bulk-pause.dto';

@ApiTags('ingestion')
@Controller('ingestion/pause')
export class PauseController {
  constructor(private readonly pauses: BulkPauseService) {}

  @Post()
  @RequiresScope('ingestion:write')
  @Idempotent()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'pauseIngestions',
    summary: 'Pause several ingestions',
    description:
      'Pauses up to 100 active ingestions with one reason and end, by ids or by a filter. Inactive ones are left as they are. A ' +
      'failure for one is reported in its result. `POST /ingestion/pause/check` takes the same body and changes nothing. Needs ' +
      'the capability `pauseReasons`.',
  })
  @ApiOkResponse({ type: BulkPauseDto })
  @ApiProblems({
    body: 'read',
    // A repeated pause changes nothing, so that a retry is never in doubt.
    codes: [
      ...UPSTREAM_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS.filter((code) => code !== 'outcome-in-doubt'),
      'capability-off',
    ],
  })
  pauseIngestions(
    @Body(RequestValidationPipe) request: BulkPauseRequestDto,
    @Context() context: RequestContext,
  ): Promise<BulkPauseDto> {
    return this.pauses.pause(request, context);
  }

  @Post('check')
  @RequiresScope('ingestion:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkPause',
    summary: 'List what a pause would change',
    description: 'Takes the body of `POST /ingestion/pause`, reports the same errors and changes nothing.',
  })
  @ApiOkResponse({ type: BulkPauseDto })
  @ApiProblems({ body: 'read', codes: [...UPSTREAM_PROBLEMS, 'capability-off'] })
  checkPause(
    @Body(RequestValidationPipe) request: BulkPauseRequestDto,
    @Context() context: RequestContext,
  ): Promise<BulkPauseDto> {
    return this.pauses.check(request, context);
  }
}
