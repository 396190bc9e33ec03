package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// invokePlain calls a function through an AWS integration: the request template makes the event, and the error message
// of a failed function selects the integration response. An errorMessage that the function returns selects none: a
// pattern "applies to the errorMessage field of the error information object returned by AWS Lambda as a failure
// response body when the Lambda function execution throws an exception".
// Sources:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration-responses.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
func (st *stage) invokePlain(
	ctx context.Context, m *method, call *checks.Call, source *mapping.Source, record *Record,
) (exchange.Answer, *mapping.Failure) {
	if why := m.refused[call.Verb]; why != "" {
		return exchange.Answer{}, noPermission(why)
	}
	out, f := m.integration.Request(source, false)
	if f != nil {
		return exchange.Answer{}, f
	}
	tenantID := out.Headers.Get("X-Amz-Tenant-Id")
	if f := m.refusesTenant(tenantID); f != nil || record.dry {
		return exchange.Answer{}, f
	}
	event := out.Body
	if strings.TrimSpace(string(event)) == "" {
		event = []byte("{}")
	}
	if !json.Valid(event) {
		// Seen on AWS: https://github.com/serverless/serverless/issues/2270
		return exchange.Answer{}, &mapping.Failure{Type: mapping.Default4XX, Status: 400,
			Message: "Could not parse request body into json", Reason: "the event that the integration makes is not JSON"}
	}
	async := strings.EqualFold(out.Headers.Get("X-Amz-Invocation-Type"), "Event")
	got, f := st.invokeCustom(ctx, m, call, event, tenantID, async, record)
	if f != nil {
		return exchange.Answer{}, f
	}
	record.trace = call.TraceID
	return m.integration.Respond(source, got)
}

// invokeCustom invokes the function. It does not wait for an invocation of the type Event.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
func (st *stage) invokeCustom(
	ctx context.Context, m *method, call *checks.Call, event []byte, tenantID string, async bool, record *Record,
) (*mapping.Received, *mapping.Failure) {
	gateway := st.served.gateway
	if async {
		options := lambdaruntime.InvokeOptions{TraceID: call.TraceID, Qualifier: m.qualifier, Tenant: tenantID}
		go gateway.pool.Invoke(context.WithoutCancel(ctx), m.function.Name, event, options) // its log has errors
		return &mapping.Received{Status: 202, Function: true}, nil
	}
	limited, cancel := context.WithTimeout(ctx, timeoutOf(m))
	defer cancel()
	start := gateway.options.Now()
	result, err := gateway.pool.Invoke(limited, m.function.Name, event,
		gateway.integrationOf(record, m, tenantID, call.TraceID))
	gateway.integrated(record, start, invokeStatus(err))
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return nil, timedOut("the function did not answer within the integration's time-out of %s", timeoutOf(m))
	case err != nil:
		return nil, notAnswered(ctx, err)
	}
	got := &mapping.Received{
		Status:   200,
		Headers:  exchange.Headers{{Name: "Content-Type", Value: "application/json"}},
		Body:     result.Payload,
		Function: true,
	}
	if result.Error != nil {
		got.Error = result.Error.Message
		gateway.failed(record, m.function, result.Error, result.Payload)
	}
	return got, nil
}
