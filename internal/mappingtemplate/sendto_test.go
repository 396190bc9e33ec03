package mappingtemplate

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func TestSendMessage(t *testing.T) {
	const body = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
	for _, tt := range []struct {
		name         string
		group        MessageGroup
		deduplicates bool
		caller       *plan.Caller
		want         string
	}{
		{"a standard queue", "", false, nil, body},
		{"a caller", "", false, &plan.IAMCaller, body + attribute("1", "principalId", "$context.identity.userArn")},
		{"a caller and an issuer", DefaultMessageGroup, true, &plan.IncludedCaller,
			body + attribute("1", "principalId", "$context.authorizer.principalId") +
				attribute("2", "issuer", "$context.authorizer.issuer") + "&MessageGroupId=$util.urlEncode('api')"},
		{"one group", DefaultMessageGroup, true, nil, body + "&MessageGroupId=$util.urlEncode('api')"},
		{"no deduplication", "a&b", false, nil,
			body + "&MessageGroupId=$util.urlEncode('a&b')" +
				"&MessageDeduplicationId=$util.urlEncode($context.extendedRequestId)"},
		{"a group of a parameter", "{customer}", true, nil,
			body + "&MessageGroupId=$util.urlEncode($input.params('customer'))"},
	} {
		if got := SendMessage(tt.group, tt.deduplicates, tt.caller); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// attribute returns a message attribute in the form of a call of SQS.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (the example)
func attribute(number, name, variable string) string {
	at := "&MessageAttribute." + number
	return at + ".Name=" + name + at + ".Value.DataType=String" +
		at + ".Value.StringValue=$util.urlEncode(" + variable + ")"
}

func TestMessageGroups(t *testing.T) {
	for _, tt := range []struct {
		group MessageGroup
		path  string
		want  string // "" if it is one
	}{
		{"orders", "POST /a", ""},
		{"{customer}", "POST /a/{customer}", ""},
		{"{rest}", "POST /a/{rest+}", ""},
		{"", "POST /a",
			`the MessageGroup "": want a path parameter such as {customer}, or a name of 1 to 128 letters, digits ` +
				`and marks`},
		{"$input.body", "POST /a", `the MessageGroup "$input.body": want`},
		{"it's", "POST /a", `the MessageGroup "it's": want`},
		{MessageGroup(strings.Repeat("x", 129)), "POST /a", "want a path parameter"},
		{"{x')}", "POST /a", `the MessageGroup "{x')}": want`},
		{"{customer}", "POST /a",
			`its MessageGroup is {customer}, and the path has no such parameter: name one of the path's, ` +
				`or write a group without braces`},
	} {
		err := tt.group.Check()
		if err == nil {
			err = tt.group.CheckPath(route.MustParse(tt.path))
		}
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%q is refused: %v", tt.group, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%q: error\n\t%v\ndoes not contain\n\t%s", tt.group, err, tt.want)
		}
	}
}
