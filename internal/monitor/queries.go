package monitor

import (
	"fmt"
	"strings"
)

// Query is a query of CloudWatch Logs Insights.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
type Query struct {
	ID   string // of the construct
	Name string // in the console, where slashes make folders
	Text string

	AccessLog bool  // it reads the access log
	Functions []int // whose logs it reads, of API.Functions
}

// RefusalsQuery is the id of the query that a dashboard shows the answer of.
const RefusalsQuery = "RefusalsQuery"

// pasteID is what the query for one request has in place of an id.
const pasteID = "PASTE-AN-ID"

// Queries are those that are saved for an API. None looks at the log of a route's function, whose lines are the user's.
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

// queries collects them.
type queries struct {
	api  API
	made []Query
}

// longestName bounds the name of a query.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-querydefinition.html
const longestName = 255

func (q *queries) add(query Query) {
	query.Name = q.api.Path + "/" + query.Name
	query.Name = query.Name[max(0, len(query.Name)-longestName):] // its end tells it from others
	q.made = append(q.made, query)
}

// folder is a function's name as a folder of the console.
func folder(f Function) string { return strings.NewReplacer("/", "", `"`, "").Replace(f.Name) }

// A status of the access log is text, so it is compared as text.
func (q *queries) ofAccessLog() {
	for _, query := range []Query{
		{
			ID:   RefusalsQuery,
			Name: "refusals by route",
			Text: `filter status in ["401", "403", "429"]
| stats count(*) as requests by verb, route, status, errorType, error, wafStatus, authenticateStatus, authorizerStatus, authorizeStatus
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
			Text: `fields @timestamp, verb, route, status, errorType, error, authorizerInvocation, authorizerError, integrationStatus, integrationError, requestId
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
