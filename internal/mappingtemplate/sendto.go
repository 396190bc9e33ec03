package mappingtemplate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// MessageGroup decides which messages to a FIFO queue keep their order: "{name}" orders the messages that share a value
// of that path parameter, and any other name is one group for all messages.
type MessageGroup string

// messageGroupForm matches the characters that SQS accepts in a MessageGroupId of up to 128 bytes, without those that a
// template acts on.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (MessageGroupId)
var messageGroupForm = regexp.MustCompile(`^[A-Za-z0-9!%&()*+,./:;<=>?@^_~-]+$`)

var groupOfParameter = regexp.MustCompile(`^\{([A-Za-z0-9._-]+)\}$`)

// DefaultMessageGroup keeps the order of all messages to a FIFO queue.
const DefaultMessageGroup MessageGroup = "api"

// parameter returns the path parameter that names the group, or "" for one group.
func (g MessageGroup) parameter() string {
	if m := groupOfParameter.FindStringSubmatch(string(g)); m != nil {
		return m[1]
	}
	return ""
}

// Check refuses a text that is not a group.
func (g MessageGroup) Check() error {
	if g.parameter() == "" && (len(g) > 128 || !messageGroupForm.MatchString(string(g))) {
		return fmt.Errorf("the MessageGroup %q: want a path parameter such as {customer}, or a name of 1 to 128 letters, "+
			"digits and marks", string(g))
	}
	return nil
}

// CheckPath refuses a group by a path parameter that the route does not have.
func (g MessageGroup) CheckPath(p route.Pattern) error {
	name := g.parameter()
	if name == "" || slices.ContainsFunc(p.Segments, func(s route.Segment) bool {
		return s.Kind != route.Literal && s.Text == name
	}) {
		return nil
	}
	return fmt.Errorf("its MessageGroup is {%s}, and the path has no such parameter: name one of the path's, or write a "+
		"group without braces", name)
}

// SendMessage returns a mapping template that makes the call of Amazon SQS from the body of a request. The body
// is encoded, so it cannot add a parameter to the call.
//
// A group makes it a call for a FIFO queue. The parameter deduplicates reports whether the queue tells messages apart
// by their content. Otherwise the request's extended ID makes each request a message of its own, because callers may
// choose $context.requestId.
// Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html, and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
//
// With a caller, the message has the attributes principalId and, if the authorizer tells it, issuer.
func SendMessage(group MessageGroup, deduplicates bool, caller *plan.Caller) string {
	var b strings.Builder
	b.WriteString("Action=SendMessage&MessageBody=$util.urlEncode($input.body)")
	for i, part := range callerParts(caller) {
		fmt.Fprintf(&b, "&MessageAttribute.%d.Name=%s&MessageAttribute.%[1]d.Value.DataType=String"+
			"&MessageAttribute.%[1]d.Value.StringValue=$util.urlEncode(%[3]s)", i+1, part.name, part.variable)
	}
	if group == "" {
		return b.String()
	}
	id := string(group)
	if name := group.parameter(); name != "" {
		id = "$util.urlEncode($input.params('" + name + "'))"
	} else {
		id = "$util.urlEncode('" + id + "')"
	}
	b.WriteString("&MessageGroupId=" + id)
	if !deduplicates {
		b.WriteString("&MessageDeduplicationId=$util.urlEncode($context.extendedRequestId)")
	}
	return b.String()
}
