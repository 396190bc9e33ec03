package apimodel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// RoutingMode says what leads from a domain to APIs. AWS::ApiGateway::DomainName and AWS::ApiGatewayV2::DomainName have
// different names for two of the modes.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-routing-mode.html
type RoutingMode string

// The routing modes, by their names in AWS::ApiGatewayV2::DomainName.
const (
	MappingsOnly      RoutingMode = "API_MAPPING_ONLY" // the default
	RulesOnly         RoutingMode = "ROUTING_RULE_ONLY"
	RulesThenMappings RoutingMode = "ROUTING_RULE_THEN_API_MAPPING"
)

// routingModes are the modes by all of their names.
var routingModes = map[string]RoutingMode{
	"":                                    MappingsOnly,
	"BASE_PATH_MAPPING_ONLY":              MappingsOnly,
	"ROUTING_RULE_THEN_BASE_PATH_MAPPING": RulesThenMappings,
	string(MappingsOnly):                  MappingsOnly,
	string(RulesOnly):                     RulesOnly,
	string(RulesThenMappings):             RulesThenMappings,
}

// Rules reports whether routing rules lead to APIs, and Mappings whether mappings do.
func (m RoutingMode) Rules() bool    { return m != MappingsOnly }
func (m RoutingMode) Mappings() bool { return m != RulesOnly }

// RoutingRule leads requests to a domain that meet all of its conditions to a stage of an API.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html
type RoutingRule struct {
	ID
	RuleID     string
	Priority   int // the rule with the lowest one comes first
	Conditions []RoutingCondition

	API           *API // nil if it is not in the assembly
	Stage         string
	StripBasePath bool // the API does not see the base path of the condition

	// NotKnown says what of the rule is not known, so that it may match any request; "" if everything is.
	NotKnown string
}

// RoutingCondition is met by a request that has one of some headers, or begins with one of some base paths. It has only
// one kind.
type RoutingCondition struct {
	Headers []HeaderGlob
	Paths   []string // without slashes at their ends
}

// HeaderGlob is a header with a value, which may begin or end with a star, or do both.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigatewayv2-routingrule-matchheadervalue.html
type HeaderGlob struct {
	Name  string // compared without case
	Value string // compared with case, with the whole value
}

func (h HeaderGlob) String() string { return "header " + h.Name + ": " + h.Value }

// Matches reports whether the header's value is of the glob.
func (h HeaderGlob) Matches(value string) bool {
	suffix, open := strings.CutPrefix(h.Value, "*")
	infix, closed := strings.CutSuffix(suffix, "*")
	switch {
	case open && (closed || suffix == ""):
		return strings.Contains(value, infix)
	case open:
		return strings.HasSuffix(value, suffix)
	}
	if prefix, found := strings.CutSuffix(h.Value, "*"); found {
		return strings.HasPrefix(value, prefix)
	}
	return value == h.Value
}

// Unconditional reports whether the rule matches every request, so that those behind it, and mappings, match none.
func (r *RoutingRule) Unconditional() bool { return len(r.Conditions) == 0 && r.NotKnown == "" }

// String describes the rule by its priority and conditions, and says whether the API sees the base path: "routing rule
// 10 for header x-version: beta and path /v1, which it removes".
func (r *RoutingRule) String() string {
	text := fmt.Sprintf("routing rule %d", r.Priority)
	switch {
	case r.NotKnown != "":
		return text + ", which is not known in full"
	case len(r.Conditions) > 0:
		text += " for " + r.When()
	}
	if r.StripBasePath && slices.ContainsFunc(r.Conditions, func(c RoutingCondition) bool { return len(c.Paths) > 0 }) {
		text += ", which it removes"
	}
	return text
}

// When describes the rule's conditions: "header x-version: beta and path /v1"; "" if it has none.
func (r *RoutingRule) When() string {
	var all []string
	for _, c := range r.Conditions {
		var any []string
		for _, h := range c.Headers {
			any = append(any, h.String())
		}
		for _, p := range c.Paths {
			any = append(any, "path /"+p)
		}
		all = append(all, strings.Join(any, " or "))
	}
	return strings.Join(all, " and ")
}

// ActiveRules returns the routing rules that can match requests, the first one first: none in a mode without rules, and
// none behind one that matches every request.
func (d *Domain) ActiveRules() []*RoutingRule {
	if !d.Routing.Rules() {
		return nil
	}
	if i := slices.IndexFunc(d.Rules, (*RoutingRule).Unconditional); i >= 0 {
		return d.Rules[:i+1]
	}
	return d.Rules
}

// ActiveMappings returns the mappings that can match requests.
func (d *Domain) ActiveMappings() []Mapping {
	rules := d.ActiveRules()
	if !d.Routing.Mappings() || len(rules) > 0 && rules[len(rules)-1].Unconditional() {
		return nil
	}
	return d.Mappings
}

// sortRules sorts the rules of a domain as they are evaluated.
func (d *Domain) sortRules() {
	slices.SortStableFunc(d.Rules, func(x, y *RoutingRule) int { return cmp.Compare(x.Priority, y.Priority) })
}
