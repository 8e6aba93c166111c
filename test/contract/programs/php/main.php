<?php
// The story, told by the generated PHP client.

namespace GuzzleHttp\Psr7 {
    // This release of the generator is for Psr7 1, whose functions are methods now.
    function build_query(array $parameters): string
    {
        return Query::build($parameters);
    }
    function stream_for(mixed $content): \Psr\Http\Message\StreamInterface
    {
        return Utils::streamFor($content);
    }
}

namespace {
error_reporting(E_ALL & ~E_DEPRECATED);
require 'GuzzleHttp/autoload.php';
spl_autoload_register(function (string $class): void {
    $file = __DIR__ . '/generated/lib/' . str_replace(['OpenAPI\\Client\\', '\\'], ['', '/'], $class) . '.php';
    if (is_file($file)) {
        require $file;
    }
});

use OpenAPI\Client\Api\IngestionApi;
use OpenAPI\Client\Api\RunsApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\CreateIngestionInput;
use OpenAPI\Client\Model\ScheduleInput;
use OpenAPI\Client\Model\ScheduleType;

function check(mixed $condition, string $what): void
{
    if (!$condition) {
        fwrite(STDERR, "not as it should be: $what\n");
        exit(1);
    }
}

function wanted(string $expression): CreateIngestionInput
{
    return new CreateIngestionInput([
        'name' => 'Orders to warehouse',
        'source_id' => '95e66a59-8045-4307-9678-63bc3c9b8c93',
        'destination_id' => 'e478de0d-a3a0-475c-b019-25f7dd29e281',
        'schedule' => new ScheduleInput(['schedule_type' => ScheduleType::CRON, 'cron_expression' => $expression]),
    ]);
}

$configuration = (new Configuration())
    ->setHost(getenv('GATEWAY_URL'))
    ->setAccessToken(getenv('GATEWAY_KEY'));
$http = new GuzzleHttp\Client();
$ingestions = new IngestionApi($http, $configuration);
$runs = new RunsApi($http, $configuration);

$id = $ingestions->createIngestion(wanted('0 2 * * *'), 'php-' . hrtime(true))->getConnectionId();
$read = $ingestions->getIngestion($id);
check($read->getSchedule()->getCronExpression() === '0 2 * * *', 'the schedule comes back as sent');
$ids = array_map(fn ($item) => $item->getConnectionId(), $ingestions->listIngestions(100)->getData());
check(in_array($id, $ids, true), 'it is listed');

try {
    $ingestions->createIngestion(wanted('0 0 30 2 *'));
    check(false, 'it is refused');
} catch (ApiException $error) {
    check($error->getResponseObject()->getCode() === 'validation-failed', 'the problem is typed');
}

$run = $runs->startRun($id);
while ($run->getEndedAt() === null) {
    $run = $runs->getRun($id, $run->getRunId(), 30);
}
check($run->getStatus() === 'succeeded' && $run->getRows() > 0, 'the run has moved rows');
check($runs->listRuns($id, null, 1)->getData()[0]->getRunId() === $run->getRunId(), 'the run is listed');
$status = $ingestions->getIngestionStatus($id);
check($status->getLastSync() && $status->getNextSync(), 'the status has both times');
check($status->getCurrentRun() === null, 'no run is under way');
check($status->getLastRun()->getRunId() === $run->getRunId(), 'the status has the run');
$ingestions->deleteIngestion($id);
}
