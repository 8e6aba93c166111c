import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
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
    description: 'Explains a schedule and lists its next firings. Creates nothing and does not call Airbyte.',
  })
  @ApiOkResponse({ type: PreviewDto })
  @ApiProblems({ body: 'read' })
  previewSchedule(@Body(RequestValidationPipe) request: PreviewRequestDto): PreviewDto {
    return this.previews.preview(request);
  }
}
