package main

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

type object = map[string]any

const (
	// The environment of the template's stack.
	account, region = "123456789012", "eu-west-1"

	configVariable = "GATEHOUSE_AUTHORIZER"
	tableFile      = "access.json"

	keyValue = "a-key-of-twenty-chars-or-more"
)

// write writes an API as the cloud assembly that CDK would make of it, into an empty folder.
func (a *api) write(dir string) error {
	w := &writer{dir: dir, api: a, resources: object{}}
	w.all()
	w.file("manifest.json", object{"version": "54.0.0", "artifacts": object{"Shop": object{
		"type": "aws:cloudformation:stack", "environment": "aws://" + account + "/" + region,
		"properties": object{"templateFile": "Shop.template.json"},
	}}})
	w.file("Shop.template.json", object{"Resources": w.resources})
	return w.err
}

type writer struct {
	dir       string
	api       *api
	resources object
	err       error // the first error
}

func (w *writer) file(name string, content any) {
	text, err := json.Marshal(content)
	if err == nil && w.err == nil {
		err = os.WriteFile(filepath.Join(w.dir, name), text, 0o600)
	}
	if w.err == nil {
		w.err = err
	}
}

// add adds a resource. All API Gateway resources except the API itself belong to the API.
func (w *writer) add(id, kind string, properties object) object {
	if strings.HasPrefix(kind, "ApiGateway::") && id != "Api" && kind != "ApiGateway::UsagePlan" &&
		kind != "ApiGateway::UsagePlanKey" && kind != "ApiGateway::ApiKey" {
		properties["RestApiId"] = ref("Api")
	}
	r := object{"Type": "AWS::" + kind, "Properties": properties}
	w.resources[id] = r
	return r
}

func ref(id string) object { return object{"Ref": id} }

func attribute(id, name string) object { return object{"Fn::GetAtt": []any{id, name}} }

func join(parts ...any) object { return object{"Fn::Join": []any{"", parts}} }

func (w *writer) all() {
	a := w.api
	properties := object{"Name": "shop", "DisableExecuteApiEndpoint": a.closed}
	if a.private {
		properties["EndpointConfiguration"] = object{"Types": []any{"PRIVATE"}}
	}
	if a.policy != nil {
		properties["Policy"] = object{"Version": "2012-10-17", "Statement": statements(a.policy, func(r string) any {
			return "execute-api:/" + r
		}, true)}
	}
	w.add("Api", "ApiGateway::RestApi", properties)
	w.add("Deployment", "ApiGateway::Deployment", object{})
	w.stages()
	w.domains()
	w.add("Key", "ApiGateway::ApiKey", object{"Name": "partner", "Value": keyValue, "Enabled": a.enabled})
	plan := object{"UsagePlanName": "partners"}
	var planned []any
	for _, stage := range a.planned {
		planned = append(planned, object{"ApiId": ref("Api"), "Stage": ref("Stage" + stage)})
	}
	if planned != nil {
		plan["ApiStages"] = planned
	}
	w.add("Plan", "ApiGateway::UsagePlan", plan)
	w.add("PlanKey", "ApiGateway::UsagePlanKey",
		object{"KeyId": ref("Key"), "KeyType": "API_KEY", "UsagePlanId": ref("Plan")})
	if slices.ContainsFunc(a.guards, func(g guard) bool { return g.kind == cognito }) {
		w.add("Pool", "Cognito::UserPool", object{})
		w.add("Web", "Cognito::UserPoolClient", object{"UserPoolId": ref("Pool")})
		w.add("Cli", "Cognito::UserPoolClient", object{"UserPoolId": ref("Pool")})
	}
	for _, p := range a.principals {
		w.principal(p)
	}
	for i := range a.guards {
		w.guard(i)
	}
	for _, r := range a.routes {
		w.route(r)
	}
	if a.cors != nil {
		w.preflights()
	}
}

// stages writes the stages. Only prod caches answers.
func (w *writer) stages() {
	for _, name := range w.api.stages {
		stage := object{"StageName": name, "DeploymentId": ref("Deployment")}
		var settings []any
		for _, r := range w.api.routes {
			if r.kept > 0 && name == "prod" {
				settings = append(settings, object{"HttpMethod": r.verb, "CachingEnabled": true,
					"ResourcePath":      "/" + strings.ReplaceAll(r.path, "/", "~1"),
					"CacheTtlInSeconds": int(r.kept.Seconds())})
			}
		}
		if settings != nil {
			stage["CacheClusterEnabled"], stage["CacheClusterSize"], stage["MethodSettings"] = true, "0.5", settings
		}
		w.add("Stage"+name, "ApiGateway::Stage", stage)
	}
}

func (w *writer) domains() {
	for _, d := range w.api.domains {
		id := "Domain" + notLetters.ReplaceAllStringFunc(d.name, hexOf)
		properties := object{"DomainName": d.name, "RegionalCertificateArn": "arn:aws:acm:" + region + ":" + account +
			":certificate/1", "EndpointConfiguration": object{"Types": []any{"REGIONAL"}}, "SecurityPolicy": "TLS_1_2"}
		if d.truststore != "" {
			properties["MutualTlsAuthentication"] = object{"TruststoreUri": d.truststore}
		}
		w.resources[id] = object{"Type": "AWS::ApiGateway::DomainName", "Properties": properties}
		if d.rule > 0 {
			properties["RoutingMode"] = "ROUTING_RULE_ONLY"
			w.resources[id+"Rule"] = object{"Type": "AWS::ApiGatewayV2::RoutingRule", "Properties": object{
				"DomainNameArn": attribute(id, "DomainNameArn"), "Priority": d.rule,
				"Conditions": []any{object{"MatchHeaders": object{"AnyOf": []any{
					object{"Header": "x-version", "ValueGlob": "2*"},
				}}}},
				"Actions": []any{object{"InvokeApi": object{"ApiId": ref("Api"), "Stage": ref("Stage" + d.stage)}}},
			}}
			continue
		}
		mapping := object{"DomainName": ref(id), "RestApiId": ref("Api")}
		if d.stage != "" {
			mapping["Stage"] = ref("Stage" + d.stage)
		}
		w.resources[id+"Mapping"] = object{"Type": "AWS::ApiGateway::BasePathMapping", "Properties": mapping}
	}
}

// statements writes the statements of a policy. Those of a resource policy name principals.
func statements(list []statement, resource func(string) any, principals bool) []any {
	var out []any
	for _, s := range list {
		made := object{"Effect": "Allow", "Action": "execute-api:Invoke"}
		if s.deny {
			made["Effect"] = "Deny"
		}
		var resources []any
		for _, r := range s.resources {
			resources = append(resources, resource(r))
		}
		about := "Resource"
		if s.but {
			about = "NotResource"
		}
		made[about] = resources
		if principals {
			made["Principal"] = "*"
			if s.who != nil {
				var who []any
				for _, name := range s.who {
					who = append(who, attribute(name, "Arn"))
				}
				made["Principal"] = object{"AWS": who}
			}
			if s.service != "" {
				made["Principal"] = object{"Service": s.service}
			}
		}
		if conditions := s.conditions(); len(conditions) > 0 {
			made["Condition"] = conditions
		}
		out = append(out, made)
	}
	return out
}

// conditions writes the conditions of a statement.
func (s *statement) conditions() object {
	out := object{}
	add := func(operator, key string, values any, some bool) {
		if !some {
			return
		}
		if out[operator] == nil {
			out[operator] = object{}
		}
		out[operator].(object)[key] = values
	}
	add("IpAddress", "aws:SourceIp", s.in, s.in != nil)
	add("NotIpAddress", "aws:SourceIp", s.notIn, s.notIn != nil)
	add("StringLike", "aws:UserAgent", s.agents, s.agents != nil)
	add("StringNotLike", "aws:UserAgent", s.notAgents, s.notAgents != nil)
	add("StringEquals", "aws:SourceVpce", s.endpoints, s.endpoints != nil)
	add("StringNotEquals", "aws:SourceVpce", s.notEndpoints, s.notEndpoints != nil)
	add("StringEquals", "aws:SourceVpc", s.vpcs, s.vpcs != nil)
	add("StringNotEquals", "aws:SourceVpc", s.notVPCs, s.notVPCs != nil)
	add("IpAddress", "aws:VpcSourceIp", s.inside, s.inside != nil)
	add("NotIpAddress", "aws:VpcSourceIp", s.notInside, s.notInside != nil)
	arns := func(names []string) (out []any) {
		for _, name := range names {
			out = append(out, attribute(name, "Arn"))
		}
		return out
	}
	add("ArnEquals", "aws:PrincipalArn", arns(s.principals), s.principals != nil)
	add("StringNotEquals", "aws:PrincipalArn", arns(s.notPrincipals), s.notPrincipals != nil)
	return out
}

func (w *writer) principal(p principal) {
	kind, list, properties := "IAM::Role", "Roles", object{"RoleName": p.name, "AssumeRolePolicyDocument": object{
		"Version": "2012-10-17", "Statement": []any{object{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": object{"AWS": account}}}}}
	if p.user {
		kind, list, properties = "IAM::User", "Users", object{"UserName": p.name}
	}
	w.add(p.name, kind, properties)
	if len(p.rules) == 0 {
		return
	}
	w.add(p.name+"Policy", "IAM::Policy", object{
		"PolicyName": p.name + "Policy", list: []any{ref(p.name)},
		"PolicyDocument": object{"Version": "2012-10-17", "Statement": statements(p.rules, func(r string) any {
			return join("arn:", ref("AWS::Partition"), ":execute-api:"+region+":"+account+":", ref("Api"), "/"+r)
		}, false)},
	})
}

// paths returns the paths that have a route, each once.
func (a *api) paths() []string {
	all := map[string]bool{}
	for _, r := range a.routes {
		all[r.path] = true
	}
	return slices.Sorted(maps.Keys(all))
}

var notLetters = regexp.MustCompile(`[^A-Za-z0-9]+`)

// resource writes the resource of a path, with its parents.
func (w *writer) resource(path string) any {
	if path == "" {
		return attribute("Api", "RootResourceId")
	}
	id := "Path" + notLetters.ReplaceAllStringFunc(path, hexOf)
	if w.resources[id] == nil {
		slash := strings.LastIndexByte(path, '/')
		w.add(id, "ApiGateway::Resource", object{"ParentId": w.resource(path[:slash]), "PathPart": path[slash+1:]})
	}
	return ref(id)
}

func hexOf(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }

func (w *writer) route(r route) {
	p := object{"ResourceId": w.resource(r.path), "HttpMethod": r.verb, "AuthorizationType": "NONE",
		"ApiKeyRequired":  r.key,
		"Integration":     mock("200", w.pages(), w.pickPage()),
		"MethodResponses": []any{object{"StatusCode": "200", "ResponseParameters": declared(w.pages())}}}
	if i := p["Integration"].(object); r.service != "" {
		i["Type"], i["IntegrationHttpMethod"] = "AWS", "POST"
		i["Uri"] = "arn:aws:apigateway:" + region + ":" + r.service
		i["Credentials"] = "arn:aws:iam::" + account + ":role/caller"
	}
	switch {
	case r.by == signed:
		p["AuthorizationType"] = "AWS_IAM"
	case r.by != public:
		g := w.api.guards[r.by]
		p["AuthorizerId"] = ref(g.name)
		p["AuthorizationType"] = map[string]string{
			included: "CUSTOM", own: "CUSTOM", jwt: "JWT", cognito: "COGNITO_USER_POOLS",
		}[g.kind]
		if (g.kind == jwt || g.kind == cognito) && len(r.needs) > 0 {
			p["AuthorizationScopes"] = r.needs[0][0].values
		}
	}
	m := w.add("Method"+notLetters.ReplaceAllStringFunc(r.String(), hexOf), "ApiGateway::Method", p)
	if r.by == public {
		m["Metadata"] = object{"gatehouse:public": "a trial"}
	}
}

// mock answers with a status and headers.
func mock(status string, headers map[string]string, template string) object {
	response := object{"StatusCode": status}
	if headers != nil {
		sent := object{}
		for name, value := range headers {
			sent["method.response.header."+name] = "'" + value + "'"
		}
		response["ResponseParameters"] = sent
	}
	if template != "" {
		response["ResponseTemplates"] = object{"application/json": template}
	}
	return object{"Type": "MOCK", "RequestTemplates": object{"application/json": `{"statusCode": ` + status + `}`},
		"IntegrationResponses": []any{response}}
}
