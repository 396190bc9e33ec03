package domain

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// Rule leads requests to a domain to the API, by their headers and their path. The fields are those of
// secureapi.RoutingRule.
type Rule struct {
	Priority      int
	Headers       map[string]string
	BasePath      string
	StripBasePath bool
}

// RulesThenMappings is the routing mode of a domain with rules, as AWS::ApiGateway::DomainName has it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-routing-mode.html
const RulesThenMappings = "ROUTING_RULE_THEN_BASE_PATH_MAPPING"

const (
	rulesOnly    = "ROUTING_RULE_ONLY"
	mappingsOnly = "BASE_PATH_MAPPING_ONLY"
)

// Limits of a routing rule.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html and, for the
// characters and lengths,
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigatewayv2-routingrule-matchheadervalue.html
const (
	highestPriority = 1_000_000
	mostHeaders     = 2
	longestHeader   = 39
	headerTokens    = "A-Za-z0-9?!#$%&'.^_`|~-"
)

var (
	ruleHeaderForm = regexp.MustCompile(`^[` + headerTokens + `]+$`)
	ruleValueForm  = regexp.MustCompile(`^\*?[` + headerTokens + `]*\*?$`)
)

const longestRuleValue = 127

// basePathForm matches a base path.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
var basePathForm = regexp.MustCompile(`^[A-Za-z0-9$_.+!*'()-]+(/[A-Za-z0-9$_.+!*'()-]+)*$`)

// checkRules refuses routing rules that API Gateway would refuse at deployment, and those that could match no request.
func checkRules(rules []Rule, bad func(string, ...any)) {
	const hidden = ".Rules[%d] is never reached: Rules[%d] matches all of its requests first; " +
		"give it a lower priority than %d, or leave one out"
	for i, r := range rules {
		r.check(fmt.Sprintf(".Rules[%d]", i), bad)
		for j, other := range rules[:i] {
			switch {
			case r.Priority == other.Priority:
				bad(".Rules has the priority %d twice: give each rule its own", r.Priority)
			case other.hides(r):
				bad(hidden, i, j, other.Priority)
			case r.hides(other):
				bad(hidden, j, i, r.Priority)
			}
		}
	}
}

func (r Rule) check(at string, bad func(string, ...any)) {
	if r.Priority < 1 || r.Priority > highestPriority {
		bad(at+".Priority is %d: want a number from 1 to 1000000, of which the lowest comes first", r.Priority)
	}
	switch {
	case len(r.Headers) == 0 && r.BasePath == "":
		bad(at + " has neither Headers nor a BasePath, and would take each request of the domain: " +
			"set one of them, or leave the rule out and set BasePaths")
	case len(r.Headers) > mostHeaders:
		bad(at+".Headers has %d headers, and a rule of API Gateway has up to %d: leave some out", len(r.Headers), mostHeaders)
	}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		value := r.Headers[name]
		switch key := strings.ToLower(name); {
		case cdktoken.Unresolved(name):
		case len(name) > longestHeader || !ruleHeaderForm.MatchString(name):
			bad(at+".Headers: the name %q: want up to 39 letters, digits and -?!#$%%&'.^_`|~", name)
		case seen[key]:
			bad(at+".Headers has %q twice, as API Gateway compares names without case: leave one out", key)
		default:
			seen[key] = true
		}
		switch {
		case cdktoken.Unresolved(value):
		case value == "" || len(value) > longestRuleValue || !ruleValueForm.MatchString(value):
			bad(at+".Headers: the value %q of %s: want up to 127 letters, digits and -?!#$%%&'.^_`|~, "+
				"with a star for other text at the beginning, at the end or at both, such as \"v2*\"", value, name)
		}
	}
	switch {
	case r.BasePath == "" && r.StripBasePath:
		bad(at + ".StripBasePath is true, and BasePath is empty: leave it out, or set the path to remove")
	case r.BasePath == "" || cdktoken.Unresolved(r.BasePath):
	case !basePathForm.MatchString(r.BasePath):
		bad(at+".BasePath %q: want segments of letters, digits and $-_.+!*'(), without a slash at either end, such as "+
			"\"orders\" or \"shop/orders\"", r.BasePath)
	}
}

// hides reports whether a rule matches each request that another one matches, and comes first.
func (r Rule) hides(other Rule) bool {
	return r.Priority < other.Priority && r.covers(other)
}

// covers reports whether a rule matches each request that another one matches. Values known only at deployment cover
// only themselves.
func (r Rule) covers(other Rule) bool {
	for name, value := range r.Headers {
		has := false
		for theirs, of := range other.Headers {
			has = has || strings.EqualFold(name, theirs) && (value == of || value == "*")
		}
		if !has {
			return false
		}
	}
	return isBelow(other.BasePath, r.BasePath)
}

// isBelow reports whether a path is a base path or below it.
func isBelow(path, base string) bool {
	return base == "" || path == base || !cdktoken.Unresolved(base) && strings.HasPrefix(path, base+"/")
}
