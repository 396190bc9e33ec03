package apigateway

import (
	"io"
	"net/http"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/accesslog"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// facts is what the access log needs to know of a request, besides its record.
type facts struct {
	method     *method          // nil if no route was found
	source     *mapping.Source  // nil if no stage was found
	failure    *mapping.Failure // nil if the integration answered, or its cached answer was used
	authorizer string           // Lambda's ID of the authorizer's invocation; "" if there was none

	integrated bool      // the integration was to answer
	invocation string    // Lambda's ID of the integration's invocation; "" for another integration
	called     time.Time // when the integration was called; zero if it was not
	status     int       // the status of the called service: Lambda's own for a function; 0 without an answer
	sent       int64     // how many bytes of a streamed answer were sent
}

// integrated records the answer of an integration that was called at a time. status is that of the called service; 0 if
// it did not answer.
func (g *Gateway) integrated(record *Record, called time.Time, status int) {
	record.IntegrationTime = g.options.Now().Sub(called)
	record.facts.called, record.facts.status = called, status
}

// invokeStatus returns the status of Lambda's answer to an invocation: it is 200 also if the function fails.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func invokeStatus(err error) int {
	if err != nil {
		return 0
	}
	return http.StatusOK
}

// newAccessLog returns the format of a stage's access log; nil without one. It reports what is wrong with it.
func (s *served) newAccessLog(st *apimodel.Stage) *accesslog.Format {
	if st.AccessLog == "" {
		return nil
	}
	format := accesslog.Parse(st.AccessLog)
	for _, problem := range format.Problems() {
		s.addProblem(st.ID, "its access log: "+problem)
	}
	return format
}

// log writes the line of a request to the access log, if its stage has one.
func (g *Gateway) log(record *Record) {
	st := record.stage
	if g.options.AccessLog == nil || st == nil || st.accessLog == nil {
		return
	}
	line := st.accessLog.Line(record.entry())
	g.logging.Lock()
	defer g.logging.Unlock()
	_, _ = io.WriteString(g.options.AccessLog, line) // a writer that can fail reports it itself
}

// entry returns what the access log says about an answered request.
func (record *Record) entry() *accesslog.Entry {
	f, st := &record.facts, record.stage
	e := &accesslog.Entry{
		Source:              f.source,
		Failure:             f.failure,
		Verdict:             &record.Verdict,
		AuthorizerRequestID: f.authorizer,
		Status:              record.Answer.Status,
		Length:              int64(len(record.Answer.Body)) + f.sent,
		Latency:             record.Took,
		DeploymentID:        st.stage.DeploymentID,
		EndpointType:        "EDGE",
	}
	if len(st.api.EndpointTypes) > 0 {
		e.EndpointType = st.api.EndpointTypes[0]
	}
	if f.integrated {
		e.Integration = record.integration()
	}
	return e
}

// integration returns what the access log says about the integration of a request.
//
// Sources of what is not documented, from access logs of a REST API: the statuses, and a MOCK integration without a
// status of its own, in https://github.com/DataBiosphere/azul/issues/7470; the error of a function in
// https://github.com/DataBiosphere/azul/pull/6624; a time-out without an ID in
// https://github.com/DataBiosphere/azul/issues/6284
func (record *Record) integration() (out accesslog.Integration) {
	f, m := &record.facts, record.facts.method
	if f.failure != nil {
		out.Error = f.failure.Message
	}
	if m.Integration.Type == apimodel.IntegrationMock {
		if f.failure == nil {
			out.ServiceStatus = http.StatusOK
		}
		return out
	}
	if f.called.IsZero() {
		return out
	}
	out.Called, out.Latency, out.ServiceStatus = true, record.IntegrationTime, f.status
	if m.Integration.Streams {
		out.Streamed, out.ToAllHeaders = true, record.IntegrationTime
		out.Latency = record.Time.Add(record.Took).Sub(f.called)
	}
	if m.function == nil {
		out.Status = f.status
		return out
	}
	if f.status > 0 {
		out.RequestID = f.invocation
	}
	switch {
	case f.failure != nil:
	case m.Integration.Type == apimodel.IntegrationProxy:
		out.Status = record.Answer.Status
	default:
		out.Status = f.status
	}
	if record.Failure != nil {
		out.Error = "Lambda Customer Function Error:" + record.Failure.Message
	}
	return out
}
