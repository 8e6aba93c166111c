# The story, told by the generated Ruby client.
$LOAD_PATH.unshift(File.join(__dir__, 'generated/lib'))
require 'json'
require 'uri'
require 'openapi_client'
include OpenapiClient

ORDERS = {
  name: 'Orders to warehouse',
  source_id: '95e66a59-8045-4307-9678-63bc3c9b8c93',
  destination_id: 'e478de0d-a3a0-475c-b019-25f7dd29e281'
}.freeze

def check(condition, what)
  abort("not as it should be: #{what}") unless condition
end

def wanted(expression)
  schedule = ScheduleInput.new(schedule_type: 'cron', cron_expression: expression)
  CreateIngestionInput.new(**ORDERS, schedule: schedule)
end

OpenapiClient.configure do |config|
  gateway = URI(ENV.fetch('GATEWAY_URL'))
  config.scheme = gateway.scheme
  config.host = "#{gateway.host}:#{gateway.port}"
  config.api_key['X-API-Key'] = ENV.fetch('GATEWAY_KEY')
  config.api_key['apiKey'] = ENV.fetch('GATEWAY_KEY')
  config.access_token = ENV.fetch('GATEWAY_KEY')
end

ingestions = IngestionApi.new
runs = RunsApi.new
created = ingestions.create_ingestion(wanted('0 2 * * *'), idempotency_key: "ruby-#{Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond)}")
id = created.connection_id
read = ingestions.get_ingestion(id)
check(read.schedule.cron_expression == '0 2 * * *', 'the schedule comes back as sent')
check(ingestions.list_ingestions(page_size: 100).data.any? { |item| item.connection_id == id }, 'it is listed')

begin
  ingestions.create_ingestion(wanted('0 0 30 2 *'))
  check(false, 'it is refused')
rescue ApiError => e
  check(JSON.parse(e.response_body)['code'] == 'validation-failed', 'the problem has its code')
end

run = runs.start_run(id)
run = runs.get_run(id, run.run_id, wait: 30) while run.ended_at.nil?
check(run.rows.positive?, 'the run has moved rows')
check(runs.list_runs(id, page_size: 1).data[0].run_id == run.run_id, 'the run is listed')
status = ingestions.get_ingestion_status(id)
check(status.last_sync && status.next_sync, 'the status has both times')
check(status.current_run.nil? && status.last_run.run_id == run.run_id, 'the status has the run')
ingestions.delete_ingestion(id)
