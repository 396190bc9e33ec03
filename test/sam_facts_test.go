package test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// samTemplate is a synthesized template. Its facts are compared with those of SAM's templates.
type samTemplate struct{ resources map[string]resource }

type resource struct {
	id, kind, condition string
	props               map[string]any
}

func read(document map[string]any) samTemplate {
	t := samTemplate{map[string]resource{}}
	for id, r := range document["Resources"].(map[string]any) {
		object := r.(map[string]any)
		props, _ := object["Properties"].(map[string]any)
		condition, _ := object["Condition"].(string)
		if conditions, _ := document["Conditions"].(map[string]any); conditions[condition] != nil {
			condition = joined(condition, conditions[condition])
		}
		t.resources[id] = resource{id, object["Type"].(string), condition, props}
	}
	return t
}

// joined returns the name of a condition, or the names of the conditions that it joins with Fn::And.
func joined(name string, condition any) string {
	and, is := condition.(map[string]any)["Fn::And"].([]any)
	if !is {
		return name
	}
	var names []string
	for _, c := range and {
		names = append(names, short(c.(map[string]any)["Condition"]))
	}
	return strings.Join(names, "+")
}

// ofType returns the resources of a type, in the order of their IDs.
func (t samTemplate) ofType(kind string) (out []resource) {
	for _, r := range t.resources {
		if r.kind == kind {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y resource) int { return cmp.Compare(x.id, y.id) })
	return out
}

// short returns a value as a short text: the logical ID of a reference, a string as it is, and other values as JSON.
func short(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any:
		if id, is := v["Ref"].(string); is {
			return strings.Replace(id, "AWS::Partition", "aws", 1)
		}
		if join, is := v["Fn::Join"].([]any); is && join[0] == "" {
			text := ""
			for _, part := range join[1].([]any) {
				text += short(part)
			}
			return text
		}
		if at, is := v["Fn::GetAtt"].([]any); is {
			return fmt.Sprintf("%v.%v", at[0], at[1])
		}
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// path returns the path of an API's resource.
func (t samTemplate) path(id any) string {
	r, ok := t.resources[short(id)]
	if !ok || r.kind != "AWS::ApiGateway::Resource" {
		return ""
	}
	return t.path(r.props["ParentId"]) + "/" + short(r.props["PathPart"])
}

// facts returns facts about the methods, the stage and other resources, by name.
func (t samTemplate) facts() map[string]string {
	out := map[string]string{}
	for _, m := range t.ofType("AWS::ApiGateway::Method") {
		verb := short(m.props["HttpMethod"])
		name := verb + " " + cmp.Or(t.path(m.props["ResourceId"]), "/")
		if integration := m.props["Integration"].(map[string]any); verb == "OPTIONS" && integration["Type"] == "MOCK" {
			out[name] = t.preflight(m, integration)
		} else {
			out[name] = t.method(m, integration)
		}
	}
	for _, m := range t.ofType("AWS::ApiGateway::Model") {
		schema := m.props["Schema"].(map[string]any)
		delete(schema, "$schema")
		out["model "+short(m.props["Name"])] = short(schema)
	}
	for _, r := range t.ofType("AWS::ApiGateway::GatewayResponse") {
		out["answer "+short(r.props["ResponseType"])] = words(short(r.props["StatusCode"]),
			short(r.props["ResponseParameters"]), short(r.props["ResponseTemplates"]))
	}
	for _, a := range t.ofType("AWS::ApiGateway::RestApi") {
		for _, name := range []string{"Name", "BinaryMediaTypes", "MinimumCompressionSize", "DisableExecuteApiEndpoint",
			"FailOnWarnings", "SecurityPolicy", "EndpointAccessMode", "ApiKeySourceType", "EndpointConfiguration", "Tags"} {
			if v := a.props[name]; v != nil {
				out["api "+name] = short(v)
			}
		}
		out["api"] = cmp.Or(a.condition, "always")
		if policy, is := a.props["Policy"].(map[string]any); is {
			for i, s := range policy["Statement"].([]any) {
				out[fmt.Sprintf("policy %d", i)] = statement(s.(map[string]any))
			}
		}
	}
	for _, s := range t.ofType("AWS::ApiGateway::Stage") {
		for name, v := range s.props {
			if name != "DeploymentId" && name != "RestApiId" {
				out["stage "+name] = short(v)
			}
		}
	}
	t.besides(out)
	return out
}

// besides adds facts about domains and plans.
func (t samTemplate) besides(out map[string]string) {
	for _, kind := range []string{"AWS::ApiGateway::DomainName", "AWS::ApiGateway::DomainNameV2"} {
		for _, d := range t.ofType(kind) {
			for name, v := range d.props {
				if name == "Policy" {
					for i, s := range v.(map[string]any)["Statement"].([]any) {
						out[fmt.Sprintf("domain policy %d", i)] = statement(s.(map[string]any))
					}
					continue
				}
				out["domain "+name] = short(v)
			}
		}
	}
	var paths []string
	for _, kind := range []string{"AWS::ApiGateway::BasePathMapping", "AWS::ApiGateway::BasePathMappingV2"} {
		for _, m := range t.ofType(kind) {
			paths = append(paths, "/"+short(m.props["BasePath"]))
		}
	}
	if paths != nil {
		slices.Sort(paths)
		out["base paths"] = strings.Join(paths, " ")
	}
	for _, a := range t.ofType("AWS::ApiGateway::DomainNameAccessAssociation") {
		out["association"] = words(short(a.props["AccessAssociationSourceType"]), short(a.props["AccessAssociationSource"]))
	}
	for _, r := range t.ofType("AWS::Route53::RecordSet") {
		target := r.props["AliasTarget"].(map[string]any)
		dns, _, _ := strings.Cut(short(target["DNSName"]), ".")
		if d := t.resources[dns]; d.kind != "" {
			dns = "the domain"
		}
		out["record "+short(r.props["Type"])] = words(short(r.props["Name"]), short(r.props["HostedZoneId"]), dns,
			label("region", r.props["Region"]), label("set", r.props["SetIdentifier"]),
			label("health", target["EvaluateTargetHealth"]))
	}
	for _, p := range t.ofType("AWS::ApiGateway::UsagePlan") {
		out["plan "+short(p.props["UsagePlanName"])] = words(fmt.Sprint(len(p.props["ApiStages"].([]any)), " stages"),
			short(p.props["Description"]), label("quota", p.props["Quota"]), label("throttle", p.props["Throttle"]))
	}
}

// method returns the facts about a method: its guard, its integration and its checks.
func (t samTemplate) method(m resource, integration map[string]any) string {
	answer := ""
	if integration["Type"] != "AWS_PROXY" {
		answer = strings.ToLower(short(integration["Type"]))
	}
	key := ""
	if m.props["ApiKeyRequired"] == true {
		key = "key"
	}
	validator := t.resources[short(m.props["RequestValidatorId"])].props
	var models, parameters []string
	if given, is := m.props["RequestModels"].(map[string]any); is {
		models = append(models, short(t.resources[short(given["application/json"])].props["Name"]))
	}
	if given, is := m.props["RequestParameters"].(map[string]any); is {
		for name, required := range given {
			parameters = append(parameters, fmt.Sprintf("%s=%v", strings.TrimPrefix(name, "method.request."), required))
		}
		slices.Sort(parameters)
	}
	return words(t.guard(m), label("scopes", m.props["AuthorizationScopes"]), key, answer,
		label("credentials", credentials(integration["Credentials"])), label("timeout", integration["TimeoutInMillis"]),
		label("transfer", integration["ResponseTransferMode"]), label("caching", integration["CacheKeyParameters"]),
		list("model", models), list("parameters", parameters),
		flag("checks body", validator["ValidateRequestBody"]),
		flag("checks parameters", validator["ValidateRequestParameters"]),
		label("if", none(m.condition)))
}

// credentials returns the credentials with which a function or a service is called, or "a role" for a role of the
// template.
func credentials(v any) any {
	if at, is := v.(map[string]any); is && at["Fn::GetAtt"] != nil {
		return "a role"
	}
	return v
}

// guard returns the settings of a method's authorizer.
func (t samTemplate) guard(m resource) string {
	a := t.resources[short(m.props["AuthorizerId"])]
	if a.kind == "" {
		return short(m.props["AuthorizationType"])
	}
	source := strings.ReplaceAll(short(a.props["IdentitySource"]), "method.request.", "")
	pools := ""
	if arns, is := a.props["ProviderARNs"].([]any); is {
		var ids []string
		for _, arn := range arns {
			ids = append(ids, short(arn))
		}
		pools = strings.Join(ids, "+")
	}
	role := ""
	if a.props["AuthorizerCredentials"] != nil {
		role = "by role"
	}
	return words(short(a.props["Type"]), source, label("", none(short(a.props["IdentityValidationExpression"]))),
		label("ttl", a.props["AuthorizerResultTtlInSeconds"]), role, pools)
}

// preflight returns what the answer to a preflight allows.
func (t samTemplate) preflight(m resource, integration map[string]any) string {
	parameters := map[string]any{}
	for _, r := range integration["IntegrationResponses"].([]any) {
		given, _ := r.(map[string]any)["ResponseParameters"].(map[string]any)
		for name, v := range given {
			parameters[strings.TrimPrefix(name, "method.response.header.Access-Control-")] = v
		}
	}
	return words(t.guard(m), label("origin", parameters["Allow-Origin"]), label("methods", parameters["Allow-Methods"]),
		label("headers", parameters["Allow-Headers"]), label("credentials", parameters["Allow-Credentials"]),
		label("age", parameters["Max-Age"]))
}

// statement returns a statement of a policy as a text.
func statement(s map[string]any) string {
	return words(short(s["Effect"]), short(s["Principal"]), short(s["Action"]), short(s["Resource"]),
		label("not", s["NotResource"]),
		label("if", s["Condition"]))
}

func words(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(w string) bool { return w == "" }), " ")
}

func none(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func label(name string, v any) string {
	if v == nil {
		return ""
	}
	if name == "" {
		return short(v)
	}
	return name + "=" + short(v)
}

func list(name string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	return name + "=" + strings.Join(items, ",")
}

func flag(name string, v any) string {
	if v == true {
		return name
	}
	return ""
}
