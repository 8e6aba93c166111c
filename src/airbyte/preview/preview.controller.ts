import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiProblems } from '../../api/openapi/api-problems';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import { PreviewDto, PreviewRequestDto } from './dto/preview.dto';
import { PreviewService } from './preview.service';

@ApiTags('schedule')
@Controller('schedule')
export class PreviewController {
  constructor(private readonly previews: PreviewService) {}

  @Post('preview')
  @RequiresScope('ingestion:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'previewSchedule',
    summary: 'Preview a schedule',
    description: 'Explains a schedule and lists its next firings. Creates nothing.',
  })
  @ApiOkResponse({ type: PreviewDto })
  @ApiProblems({ body: 'read' })
  previewSchedule(
    @Body(RequestValidationPipe) request: PreviewRequestDto,
    @Context() context: RequestContext,
  ): Promise<PreviewDto> {
    return this.previews.preview(request, context);
  }
}
