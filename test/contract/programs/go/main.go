// The story, told by the generated Go client.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	openapi "./generated"
)

const (
	nightly = "0 2 * * *"
	never   = "0 0 30 2 *"
)

func check(condition bool, what string) {
	if !condition {
		fmt.Fprintln(os.Stderr, "not as it should be:", what)
		os.Exit(1)
	}
}

func done(err error, what string) {
	if err != nil {
		fmt.Fprintln(os.Stderr, what, "failed:", err)
		os.Exit(1)
	}
}

func wanted(expression string) openapi.CreateIngestionInput {
	request := *openapi.NewCreateIngestionInput(
		"Orders to warehouse",
		"95e66a59-8045-4307-9678-63bc3c9b8c93",
		"e478de0d-a3a0-475c-b019-25f7dd29e281",
	)
	schedule := *openapi.NewScheduleInput(openapi.SCHEDULETYPE_CRON)
	schedule.SetCronExpression(expression)
	request.SetSchedule(schedule)
	return request
}

func main() {
	configuration := openapi.NewConfiguration()
	configuration.Servers = openapi.ServerConfigurations{{URL: os.Getenv("GATEWAY_URL")}}
	client := openapi.NewAPIClient(configuration)
	keys := map[string]openapi.APIKey{"apiKey": {Key: os.Getenv("GATEWAY_KEY")}}
	ctx := context.WithValue(context.Background(), openapi.ContextAPIKeys, keys)

	created, _, err := client.IngestionApi.CreateIngestion(ctx).
		CreateIngestionInput(wanted(nightly)).
		IdempotencyKey(fmt.Sprintf("go-%d", time.Now().UnixNano())).
		Execute()
	done(err, "creating")
	id := created.ConnectionId

	read, _, err := client.IngestionApi.GetIngestion(ctx, id).Execute()
	done(err, "reading")
	check(*read.Schedule.CronExpression.Get() == nightly, "the schedule comes back as sent")

	list, _, err := client.IngestionApi.ListIngestions(ctx).PageSize(100).Execute()
	done(err, "listing")
	isListed := false
	for _, item := range list.Data {
		isListed = isListed || item.ConnectionId == id
	}
	check(isListed, "it is listed")

	_, response, err := client.IngestionApi.CreateIngestion(ctx).CreateIngestionInput(wanted(never)).Execute()
	check(err != nil && response.StatusCode == http.StatusBadRequest, "it is refused with 400")
	refusal, isRefusal := err.(openapi.GenericOpenAPIError)
	check(isRefusal, "the refusal is an error of the client")
	// This release decodes application/json alone; later ones give the problem as the refusal's model.
	var problem openapi.Problem
	done(json.Unmarshal(refusal.Body(), &problem), "reading the problem")
	check(problem.Code == openapi.PROBLEMCODE_VALIDATION_FAILED, "the problem is typed")
	check((*problem.Errors)[0].Field == "schedule.cronExpression", "the problem names the field")

	started, _, err := client.RunsApi.StartRun(ctx, id).StartRunInput(*openapi.NewStartRunInput()).Execute()
	done(err, "starting a run")
	run, _, err := client.RunsApi.GetRun(ctx, id, started.RunId).Wait(30).Execute()
	done(err, "reading the run")
	for run.EndedAt.Get() == nil {
		run, _, err = client.RunsApi.GetRun(ctx, id, started.RunId).Wait(30).Execute()
		done(err, "waiting for the run")
	}
	runs, _, err := client.RunsApi.ListRuns(ctx, id).PageSize(1).Execute()
	done(err, "listing runs")
	check(runs.Data[0].RunId == started.RunId, "the newest run is the started one")
	check(runs.Data[0].Status == openapi.RUNSTATUS_SUCCEEDED, "the run is listed, succeeded")
	check(*runs.Data[0].Rows.Get() > 0, "it moved rows")

	status, _, err := client.IngestionApi.GetIngestionStatus(ctx, id).Execute()
	done(err, "asking for the status")
	check(status.LastSync.Get() != nil, "the status tells the last sync")
	check(status.NextSync.Get().After(status.ObservedAt), "the status tells the next sync")
	check(status.NextSyncReason == openapi.NEXTSYNCREASON_SCHEDULED, "and why it comes")

	deleted, err := client.IngestionApi.DeleteIngestion(ctx, id).Execute()
	done(err, "deleting")
	check(deleted.StatusCode == http.StatusNoContent, "it is deleted")
}
