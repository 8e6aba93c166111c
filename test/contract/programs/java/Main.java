import java.net.URI;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.IngestionApi;
import org.openapitools.client.api.RunsApi;
import org.openapitools.client.model.CreateIngestionInput;
import org.openapitools.client.model.Ingestion;
import org.openapitools.client.model.IngestionList;
import org.openapitools.client.model.IngestionStatusReport;
import org.openapitools.client.model.ListedRun;
import org.openapitools.client.model.NextSyncReason;
import org.openapitools.client.model.Problem;
import org.openapitools.client.model.ProblemCode;
import org.openapitools.client.model.Run;
import org.openapitools.client.model.RunDetails;
import org.openapitools.client.model.RunStatus;
import org.openapitools.client.model.ScheduleInput;
import org.openapitools.client.model.ScheduleType;
import org.openapitools.client.model.StartRunInput;

/** The story, told by the generated Java client. */
public final class Main {
  private static final String NIGHTLY = "0 2 * * *";
  private static final String NEVER = "0 0 30 2 *";

  private final ApiClient client = clientOf(System.getenv());
  private final IngestionApi ingestions = new IngestionApi(client);
  private final RunsApi runs = new RunsApi(client);

  public static void main(String[] arguments) throws Exception {
    new Main().tell();
  }

  private void tell() throws Exception {
    Ingestion created = ingestions.createIngestion(wanted(NIGHTLY), "java-" + System.nanoTime());
    String id = created.getConnectionId();

    Ingestion read = ingestions.getIngestion(id, null);
    check(NIGHTLY.equals(read.getSchedule().getCronExpression()), "the schedule comes back as sent");

    IngestionList list = ingestions.listIngestions(100, null, null, null, null, null, null, null);
    check(list.getData().stream().anyMatch(item -> id.equals(item.getConnectionId())), "it is listed");

    Problem problem = refusal();
    check(problem.getCode() == ProblemCode.VALIDATION_FAILED, "the problem is typed");
    check(
        "schedule.cronExpression".equals(problem.getErrors().get(0).getField()),
        "the problem names the field");

    Run started = runs.startRun(id, null, new StartRunInput());
    RunDetails run = runs.getRun(id, started.getRunId(), 30);
    while (run.getEndedAt() == null) run = runs.getRun(id, started.getRunId(), 30);
    ListedRun newest = runs.listRuns(id, null, 1, null).getData().get(0);
    check(started.getRunId().equals(newest.getRunId()), "the newest run is the started one");
    check(newest.getStatus() == RunStatus.SUCCEEDED, "the run is listed, succeeded");
    check(newest.getRows() > 0, "it moved rows");

    IngestionStatusReport status = ingestions.getIngestionStatus(id, null, null, null, null);
    check(status.getLastSync() != null, "the status tells the last sync");
    check(status.getNextSync().isAfter(status.getObservedAt()), "the status tells the next sync");
    check(status.getNextSyncReason() == NextSyncReason.SCHEDULED, "and why it comes");

    ingestions.deleteIngestion(id);
  }

  private Problem refusal() throws Exception {
    try {
      ingestions.createIngestion(wanted(NEVER), null);
    } catch (ApiException refused) {
      check(refused.getCode() == 400, "it is refused with 400");
      return client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
    }
    throw new IllegalStateException("it was not refused");
  }

  private static CreateIngestionInput wanted(String expression) {
    return new CreateIngestionInput()
        .name("Orders to warehouse")
        .sourceId("95e66a59-8045-4307-9678-63bc3c9b8c93")
        .destinationId("e478de0d-a3a0-475c-b019-25f7dd29e281")
        .schedule(new ScheduleInput().scheduleType(ScheduleType.CRON).cronExpression(expression));
  }

  private static ApiClient clientOf(Map<String, String> environment) {
    URI url = URI.create(environment.get("GATEWAY_URL"));
    return new ApiClient()
        .setScheme(url.getScheme())
        .setHost(url.getHost())
        .setPort(url.getPort())
        .setRequestInterceptor(
            request -> request.header("X-API-Key", environment.get("GATEWAY_KEY")));
  }

  private static void check(boolean condition, String what) {
    if (!condition) throw new IllegalStateException("not as it should be: " + what);
  }
}
