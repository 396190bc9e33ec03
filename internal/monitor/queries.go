package monitor

import (
	"fmt"
	"strings"
)

// Query is a query of CloudWatch Logs Insights.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
type Query struct {
	ID   string // of the construct
	Name string // in the console, where slashes create folders
	Text string

	AccessLog bool  // whether it reads the access log
	Functions []int // the functions whose logs it reads, as indexes of API.Functions
}

// RefusalsQuery is the ID of the query whose result a dashboard shows.
const RefusalsQuery = "RefusalsQuery"

// pasteID stands for the ID in the query for one request.
const pasteID = "PASTE-AN-ID"

// Queries returns the queries that are saved for an API. None reads the log of a route's function, whose lines belong
// to the user.
func Queries(api API) []Query {
	q := &queries{api: api}
	if api.AccessLog {
		q.ofAccessLog()
	}
	var all []int
	for i, f := range api.Functions {
		switch f.Role {
		case Authorizer:
			q.ofAuthorizer(i, f)
		case Login:
			q.ofLogin(i, f)
		default:
			continue
		}
		all = append(all, i)
	}
	if api.AccessLog || len(all) > 0 {
		q.add(Query{
			ID:   "OneRequestQuery",
			Name: "one request",
			Text: fmt.Sprintf("fields @timestamp, @message, @log\n| filter @message like \"%s\"\n| sort @timestamp asc\n"+
				"| limit 100", pasteID),
			AccessLog: api.AccessLog,
			Functions: all,
		})
	}
	return q.made
}

// queries collects queries.
type queries struct {
	api  API
	made []Query
}

// longestName is the maximum length of a query's name.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-querydefinition.html
const longestName = 255

func (q *queries) add(query Query) {
	query.Name = q.api.Path + "/" + query.Name
	query.Name = query.Name[max(0, len(query.Name)-longestName):] // its end tells it from others
	q.made = append(q.made, query)
}

// folder returns a function's name as a folder of the console.
func folder(f Function) string { return strings.NewReplacer("/", "", `"`, "").Replace(f.Name) }

// ofAccessLog adds the queries of the access log. A status in the access log is text, so it is compared as text.
func (q *queries) ofAccessLog() {
	for _, query := range []Query{
		{
			ID:   RefusalsQuery,
			Name: "refusals by route",
			Text: `filter status in ["401", "403", "429"]
| stats count(*) as requests by verb, route, status, errorType, error, wafStatus, ` +
				`authenticateStatus, authorizerStatus, authorizeStatus
| sort requests desc
| limit 100`,
		},
		{
			ID:   "RefusedCallersQuery",
			Name: "refused callers",
			Text: `filter status in ["401", "403", "429"]
| stats count(*) as requests by ip, status, principal, caller, apiKeyId
| sort requests desc
| limit 100`,
		},
		{
			ID:   "ServerErrorsQuery",
			Name: "server errors",
			Text: `fields @timestamp, verb, route, status, errorType, error, authorizerInvocation, authorizerError, ` +
				`integrationStatus, integrationError, requestId
| filter status like /^5/
| sort @timestamp desc
| limit 100`,
		},
	} {
		query.AccessLog = true
		q.add(query)
	}
}

func (q *queries) ofAuthorizer(i int, f Function) {
	for _, query := range []struct{ id, name, text string }{
		{
			"UnauthorizedQuery", "401 by reason",
			`filter message = "decision" and outcome = "unauthorized"
| stats count(*) as decisions by reason, got, want, issuer
| sort decisions desc
| limit 100`,
		},
		{
			"DeniedQuery", "403 by what is missing",
			`filter message = "decision" and outcome = "denied"
| stats count(*) as decisions by route, reason, missing, got
| sort decisions desc
| limit 100`,
		},
		{
			"FailedQuery", "500 by error",
			`filter message = "decision" and outcome = "failed"
| stats count(*) as decisions, latest(@timestamp) as last by reason, error
| sort decisions desc
| limit 100`,
		},
		{
			"KeysQuery", "fetches of keys",
			`fields @timestamp, issuer, error, keys, ignoredKeys, changed, keyFetchMs
| filter message = "keys"
| sort @timestamp desc
| limit 100`,
		},
		{
			"SlowDecisionsQuery", "slow decisions",
			`fields @timestamp, route, outcome, totalMs, verifyMs, hookMs, requestId
| filter message = "decision"
| sort totalMs desc
| limit 100`,
		},
	} {
		q.add(Query{ID: f.ID(query.id), Name: folder(f) + "/" + query.name, Text: query.text, Functions: []int{i}})
	}
}

func (q *queries) ofLogin(i int, f Function) {
	q.add(Query{
		ID:   f.ID("LoginProblemsQuery"),
		Name: folder(f) + "/refused and failed",
		Text: `filter message = "login" and outcome in ["refused", "failed"]
| stats count(*) as requests, latest(@timestamp) as last by route, outcome, reason, error, got, want
| sort requests desc
| limit 100`,
		Functions: []int{i},
	})
}
