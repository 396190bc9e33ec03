package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// MessageGroup says which messages to a FIFO queue keep their order among themselves: those of one value of a path
// parameter, written "{name}", or all, by a name of the group.
type MessageGroup string

// messageGroupForm is what SQS takes as a MessageGroupId of up to 128 bytes, but for what a template acts on.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (MessageGroupId)
var messageGroupForm = regexp.MustCompile(`^[A-Za-z0-9!%&()*+,./:;<=>?@^_~-]+$`)

var groupOfParameter = regexp.MustCompile(`^\{([A-Za-z0-9._-]+)\}$`)

// DefaultMessageGroup has the order of a FIFO queue as a whole.
const DefaultMessageGroup MessageGroup = "api"

// parameter is the path parameter that the group is of; "" for one group.
func (g MessageGroup) parameter() string {
	if m := groupOfParameter.FindStringSubmatch(string(g)); m != nil {
		return m[1]
	}
	return ""
}

// Check refuses what is not a group.
func (g MessageGroup) Check() error {
	if g.parameter() == "" && (len(g) > 128 || !messageGroupForm.MatchString(string(g))) {
		return fmt.Errorf("the MessageGroup %q: want a path parameter such as {customer}, or a name of 1 to 128 letters, "+
			"digits and marks", string(g))
	}
	return nil
}

// CheckPath refuses a group of a path parameter that a route does not have.
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

// SendMessage is a mapping template: it makes the call of Amazon SQS from the body of a request. Encoded, the body
// cannot add a parameter to the call. A group makes it one for a FIFO queue; deduplicates says that the queue tells
// messages apart by their content, and otherwise each request is a message of its own: by its extended id, since
// callers may choose $context.requestId.
// Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html, and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
func SendMessage(group MessageGroup, deduplicates bool) string {
	var b strings.Builder
	b.WriteString("Action=SendMessage&MessageBody=$util.urlEncode($input.body)")
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
