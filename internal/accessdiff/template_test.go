package accessdiff

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// invoking is the URI by which API Gateway invokes the function of a logical id.
func invoking(function string) string {
	return `{"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${` + function +
		`.Arn}/invocations"}`
}

// resource is a resource of a template.
func resource(id, kind, properties string) string {
	return `"` + id + `": {"Type": "AWS::` + kind + `", "Properties": {` + properties + `}}`
}

// matrixOfTemplate returns the matrix of an API with the route GET / and the stage prod. Further resources are added,
// or replace those with the same logical ID. A text that begins with "@" is added at the top of the template.
func matrixOfTemplate(t *testing.T, guard string, more ...string) matrix.Matrix {
	t.Helper()
	resources := map[string]string{}
	top := ""
	for _, r := range append([]string{
		resource("Fn", "Lambda::Function", ""),
		resource("Api", "ApiGateway::RestApi", `"Name": "Api"`),
		resource("Dep", "ApiGateway::Deployment", `"RestApiId": {"Ref": "Api"}`),
		resource("Stage", "ApiGateway::Stage",
			`"RestApiId": {"Ref": "Api"}, "StageName": "prod", "DeploymentId": {"Ref": "Dep"}`),
		resource("Get", "ApiGateway::Method", methodOf("GET", guard)),
	}, more...) {
		if text, ok := strings.CutPrefix(r, "@"); ok {
			top += text + ","
			continue
		}
		id, _, _ := strings.Cut(r, ":")
		resources[id] = r
	}
	var list []string
	for _, r := range resources {
		list = append(list, r)
	}
	a, err := cloudassembly.Parse("Shop", []byte(`{`+top+`"Resources": {`+strings.Join(list, ",")+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := matrix.Of(apimodel.Read(a, cloudassembly.Options{}), "") // the matrix has the values that are not known
	read, err := matrix.Parse(m.JSON())
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// methodOf are the properties of a method of the root that Fn answers.
func methodOf(verb, guard string) string {
	return `"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "` +
		verb + `", ` +
		guard + `, "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": ` + invoking("Fn") + `}`
}

const (
	iamGuard = `"AuthorizationType": "AWS_IAM"`
	noGuard  = `"AuthorizationType": "NONE"`
	ownGuard = `"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Auth"}`
	keyGuard = noGuard + `, "ApiKeyRequired": true`
	calls    = `{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": {"Fn::Sub": ` +
		`"arn:aws:execute-api:*:*:${Api}/*"}}`
	queues  = `{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}`
	unknown = `{"Effect": "Allow", "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Custom", "Arn"]}}`
	custom  = `"Custom": {"Type": "Custom::Thing"}`
)

// statements are a policy document as a property.
func statements(list ...string) string {
	return `"PolicyDocument": {"Version": "2012-10-17", "Statement": [` + strings.Join(list, ",") + `]}`
}

// TestTemplates compares templates that differ outside of routes and guards.
func TestTemplates(t *testing.T) {
	const cannot = "; the effect on access cannot be compared"
	const notRead = "? the policies of role Eve are not read in full, so what it may call is not known: assembly: " +
		"Shop/P/Properties.PolicyDocument.Statement[0].Resource: Fn::GetAtt: Custom.Arn has no value, as Shop/Custom: " +
		"Fn::GetAtt: Arn is made by the function of a custom resource when the stack is deployed"
	role := resource("Eve", "IAM::Role", `"PermissionsBoundary": {"Ref": "B"}`)
	eve := resource("Eve", "IAM::Role", "")
	ofEve := `"Roles": [{"Ref": "Eve"}], `
	policy := func(id, properties string, list ...string) string {
		return resource(id, "IAM::Policy", properties+statements(list...))
	}
	group := func(list ...string) string {
		return resource("Ops", "IAM::Group", `"Policies": [{"PolicyName": "p", `+statements(list...)+`}]`)
	}
	managed := func(list ...string) string { return resource("B", "IAM::ManagedPolicy", statements(list...)) }
	const code = "? the code of the authorizer Guard changed, and which callers it allows cannot be compared"
	const function = "? the function of the authorizer Guard, its handler, layers or environment changed, and which " +
		"callers it allows cannot be compared"
	auth := func(kind, uri string) string {
		return resource("Auth", "ApiGateway::Authorizer", `"RestApiId": {"Ref": "Api"}, "Name": "Guard", "Type": "`+kind+
			`", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": `+uri)
	}
	own := func(properties string) []string {
		return []string{auth("TOKEN", invoking("Own")), resource("Own", "Lambda::Function", properties)}
	}
	link := resource("Link", "ApiGatewayV2::VpcLink", "")
	balanced := func(balancer string) string {
		method, _, _ := strings.Cut(methodOf("GET", noGuard), `, "Integration"`)
		return resource("Get", "ApiGateway::Method", method+`, "Integration": {
			"Type": "HTTP_PROXY", "Uri": "http://a.internal", "IntegrationHttpMethod": "GET",
			"ConnectionType": "VPC_LINK", "ConnectionId": {"Ref": "Link"}, "IntegrationTarget":
			"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/`+balancer+`"}`)
	}
	stage := func(properties string) string {
		return resource("Stage", "ApiGateway::Stage",
			`"RestApiId": {"Ref": "Api"}, "StageName": "prod", "DeploymentId": {"Ref": "Dep"}, `+properties)
	}
	variable := func(value string) []string {
		return own(`"Code": {"ZipFile": "x"}, "Environment": {"Variables": {"AUD": ` + value + `}}`)
	}
	routed := func(mode string) string {
		return resource("Domain", "ApiGateway::DomainName", `"DomainName": "a.example", "RoutingMode": "`+mode+`"`)
	}
	v1 := resource("Map", "ApiGateway::BasePathMapping",
		`"DomainName": {"Ref": "Domain"}, "RestApiId": {"Ref": "Api"}, "Stage": "prod", "BasePath": "v1"`)
	ruled := func(priority int, conditions string) string {
		return resource("Rule", "ApiGatewayV2::RoutingRule", fmt.Sprintf(
			`"DomainNameArn": {"Fn::GetAtt": ["Domain", "DomainNameArn"]}, "Priority": %d, "Conditions": [%s],
			"Actions": [{"InvokeApi": {"ApiId": {"Ref": "Api"}, "Stage": "prod"}}]`, priority, conditions))
	}
	elsewhereFor := func(priority int, conditions string) string { // leads requests to an API outside the assembly
		return strings.NewReplacer(`"Rule"`, `"Else"`, `{"Ref": "Api"}`, `"a1b2c3"`).Replace(ruled(priority, conditions))
	}
	elsewhere := func(priority int) string { return elsewhereFor(priority, "") }
	const given = `@"Parameters": {"Q": {"Type": "String"}}`
	plan := func(key string) []string {
		return []string{
			resource("Plan", "ApiGateway::UsagePlan", `"ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}]`),
			strings.Replace(resource("K", "ApiGateway::ApiKey", `"Enabled": true`+key), `"Enabled": true, "Enabled"`,
				`"Enabled"`, 1),
		}
	}
	planKey := func(plan string) string {
		return resource("PK", "ApiGateway::UsagePlanKey", `"KeyId": {"Ref": "K"}, "KeyType": "API_KEY", "UsagePlanId": `+plan)
	}
	const past = " invoke Shop/Fn past the checks of GET /, under conditions that are not compared"
	const invoke = `"Action": "lambda:InvokeFunction", "Principal": `
	url := []string{resource("Url", "Lambda::Url", `"AuthType": "AWS_IAM", "TargetFunctionArn": {"Ref": "Fn"}`)}
	permission := func(properties string) string {
		return resource("Perm", "Lambda::Permission", `"FunctionName": {"Ref": "Fn"}, `+properties)
	}
	const allowed = `{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}`
	from := func(more string) string {
		return `{"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
			"Condition": {"NotIpAddress": {"aws:SourceIp": [{"Fn::GetAtt": ["Custom", "Cidr"]}` + more + `]}}}`
	}
	api := func(list ...string) string {
		return resource("Api", "ApiGateway::RestApi",
			`"Name": "Api", "Policy": {"Version": "2012-10-17", "Statement": [`+strings.Join(list, ",")+`]}`)
	}
	const unreadPolicy = "? the resource policy is not read in full: unresolved: " +
		"Shop/Api/Properties.Policy.Statement[1].Condition.NotIpAddress.aws:SourceIp[0]: Fn::GetAtt: Custom.Cidr has no " +
		"value, as " +
		"Shop/Custom: Fn::GetAtt: Cidr is made by the function of a custom resource when the stack is deployed"
	const poolGuard = `"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "Auth"}`
	trigger := func(properties string) []string {
		return []string{
			resource("Auth", "ApiGateway::Authorizer",
				`"RestApiId": {"Ref": "Api"}, "Name": "Guard", "Type": "COGNITO_USER_POOLS", `+
					`"IdentitySource": "method.request.header.Authorization", "ProviderARNs": [{"Fn::GetAtt": ["Users", "Arn"]}]`),
			resource("Users", "Cognito::UserPool", `"LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", `+
				`"LambdaArn": {"Fn::GetAtt": ["Trigger", "Arn"]}}}`),
			resource("Trigger", "Lambda::Function", properties),
		}
	}
	pool := func(groups string) []string {
		text := strings.ReplaceAll(`{"groups":{`+groups+`},"scopes":["o/read","o/write"]}`, `"`, `\"`)
		return trigger(`"Code": {"ZipFile": "x"}, "Environment": {"Variables": {"GATEHOUSE_PRETOKEN": "` + text + `"}}`)
	}
	withKey := func(required string) string {
		return resource("Get", "ApiGateway::Method", methodOf("GET", noGuard)+`, "ApiKeyRequired": `+required)
	}
	scoped := func(scope string) string {
		return resource("Get", "ApiGateway::Method", methodOf("GET", poolGuard)+`, "AuthorizationScopes": [`+scope+`]`)
	}
	const noQ = "Ref: parameter Q has no value, as Shop/Parameters.Q: Ref: the parameter Q has no default and no value: " +
		"give it one with --parameters Shop:Q=VALUE, or in a test with Model.Parameters of its options"
	const set = `#set($context.responseOverride.header.Access-Control-Allow-Origin = `
	preflight := func(parameters, template string) string {
		return resource("Options", "ApiGateway::Method", `"RestApiId": {"Ref": "Api"}, "HttpMethod": "OPTIONS",
			"ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "AuthorizationType": "NONE",
			"Integration": {"Type": "MOCK", "IntegrationResponses": [{"StatusCode": "204",
				"ResponseParameters": {`+parameters+`}, "ResponseTemplates": {"application/json": "`+template+`"}}]}`)
	}
	admin := resource("Eve", "IAM::Role", `"ManagedPolicyArns": ["arn:aws:iam::aws:policy/PowerUserAccess"]`)
	const deny = `{"Effect": "Deny", "Principal": {"AWS": {"Fn::GetAtt": ["Eve", "Arn"]}}, "Action": "*", "Resource": "*"}`
	http := resource("Http", "ApiGatewayV2::Api", `"ProtocolType": "HTTP"`)
	outside := func(guard string) string {
		return resource("Out", "ApiGateway::Method", strings.Replace(strings.Replace(methodOf("GET", guard),
			`{"Ref": "Api"}`, `"abc123"`, 1),
			`{"Fn::GetAtt": ["Api", "RootResourceId"]}`, `"r00t"`, 1))
	}
	const jwtGuard = `"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Auth"}`
	jwt := func(more string) string {
		return resource("Auth", "ApiGateway::Authorizer", `"RestApiId": {"Ref": "Api"}, "Name": "J", "Type": "JWT",
			"IdentitySource": "method.request.header.Authorization", "JwtConfiguration": {"DefaultAlgorithms": ["RS256"],
			"Issuers": [{"Issuer": "https://a.example", "Audiences": ["x"]`+more+`}]}`)
	}
	closed := resource("Api", "ApiGateway::RestApi", `"Name": "Api", "DisableExecuteApiEndpoint": true`)
	mapped := resource("M", "ApiGateway::BasePathMapping", `"DomainName": {"Ref": "D"}, "RestApiId": {"Ref": "Api"}`)
	domain := func(more string) string {
		return resource("D", "ApiGateway::DomainName",
			`"DomainName": "x.example", "MutualTlsAuthentication": {"TruststoreUri": "s3://a/b"`+more+`}`)
	}
	byStage := auth("TOKEN", strings.Replace(invoking("Own"), "${Own.Arn}",
		"arn:aws:lambda:us-east-1:123456789012:function:${!stageVariables.f}", 1))
	request := []string{auth("REQUEST", invoking("Own")), resource("Own", "Lambda::Function", `"Code": {"ZipFile": "x"}`)}
	for _, tt := range []struct {
		name, guard string
		was, is     []string
		want        string
	}{
		{"a policy for a role that is not in the assembly", iamGuard, nil, []string{policy("P", `"Roles": ["ci"], `, calls)},
			"+ role ci may call GET /"},
		{"a policy for a user that is not in the assembly", iamGuard, nil,
			[]string{resource("P", "IAM::UserPolicy", `"UserName": "bob", `+statements(calls))}, "+ user bob may call GET /"},
		{"a policy for such a role that is not about calls", iamGuard, nil,
			[]string{policy("P", `"Roles": ["ci"], `, queues)}, ""},
		{"a grant in a policy that does not resolve", iamGuard, []string{custom, eve, policy("P", ofEve, unknown)},
			[]string{custom, eve, policy("P", ofEve, unknown, calls)}, notRead},
		{"another statement of it", iamGuard, []string{custom, eve, policy("P", ofEve, unknown)},
			[]string{custom, eve, policy("P", ofEve, unknown, queues)}, ""},
		{"a policy of a group", iamGuard, []string{group(queues)}, []string{group(queues, calls)},
			"? added: the policies of group Shop/Ops" + cannot},
		{"a policy that names a group", iamGuard, []string{group(calls)},
			[]string{group(calls), policy("P", `"Groups": [{"Ref": "Ops"}], `, calls)},
			"? changed: the policies of group Shop/Ops" + cannot},
		{"a policy of a group that is not in the assembly", iamGuard, nil, []string{policy("P", `"Groups": ["ops"], `,
			calls)},
			"? added: the policies of group Shop/ops" + cannot},
		{"a managed policy of AWS that allows all", iamGuard, []string{eve},
			[]string{resource("Eve", "IAM::Role", `"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]`)},
			"+ role Eve may call GET /"},
		{"no Deny for a role that may do all", iamGuard, []string{admin, api(allowed, deny)}, []string{admin, api(allowed)},
			"+ role Eve gained GET /"},
		{"a route of an API that is not in the assembly", noGuard, nil, []string{outside(noGuard)},
			"? a REST API that is not in the assembly gets routes from it, and who may call them is not compared"},
		{"another guard there", noGuard, []string{outside(iamGuard)}, []string{outside(noGuard)},
			"? the routes or authorizers of a REST API changed, and who may call them is not compared"},
		{"a route of an HTTP API", noGuard, []string{http}, []string{http, resource("R", "ApiGatewayV2::Route",
			`"ApiId": {"Ref": "Http"}`)},
			"? the routes or authorizers of an HTTP API changed, and who may call them is not compared"},
		{"a function that no longer needs the caller's right", iamGuard,
			[]string{resource("Get", "ApiGateway::Method", strings.Replace(methodOf("GET", iamGuard), `"Type": "AWS_PROXY"`,
				`"Type": "AWS_PROXY", "Credentials": "arn:aws:iam::*:user/*"`, 1))}, nil,
			"~ GET /: a function answers it (was a function, with the caller's credentials)"},
		{"another load balancer", noGuard, []string{link, balanced("app/a/1")}, []string{link, balanced("app/b/2")},
			"~ GET /: the load balancer app/b/2 behind the VPC link Shop/Link answers it (was the " +
				"load balancer app/a/1 behind the VPC link Shop/Link)"},
		{"another VPC link", noGuard, []string{link, balanced("app/a/1")},
			[]string{strings.Replace(link, "Link", "New", 1), strings.Replace(balanced("app/a/1"), `"Link"`, `"New"`, 1)},
			"~ GET /: the load balancer app/a/1 behind the VPC link Shop/New answers it (was the load balancer app/a/1 behind " +
				"the VPC link Shop/Link)"},
		{"a version of a truststore", noGuard, []string{closed, mapped, domain(`, "TruststoreVersion": "1"`)},
			[]string{closed, mapped, domain(`, "TruststoreVersion": "2"`)},
			"? the domain x.example takes client certificates of another truststore, and who has one cannot be compared"},
		{"a domain that is not in the assembly", noGuard, []string{closed},
			[]string{closed, strings.Replace(mapped, `{"Ref": "D"}`, `"y.example"`, 1)},
			"? the domain y.example, which is not in the assembly, leads to the API now, and which callers it lets in cannot " +
				"be compared"},
		{"a member of a JWT authorizer that is not known here", jwtGuard, []string{jwt("")},
			[]string{jwt(`, "JwksUri": "https://x.example"`)},
			"? not known: Shop/Auth: Properties.JwtConfiguration.Issuers[0].JwksUri is not known here: want AdditionalClaims, " +
				"Audiences, Issuer, got \"https://x.example\""},
		{"a URL of a function that is not known", iamGuard, []string{given}, []string{given,
			resource("Url", "Lambda::Url", `"AuthType": "NONE", "TargetFunctionArn": {"Ref": "Q"}`)},
			"? added: the URL Shop/Url of a function that is not known" + cannot},
		{"an OIDC provider", iamGuard, []string{resource("O", "IAM::OIDCProvider", `"ClientIdList": ["x"]`)},
			[]string{resource("O", "IAM::OIDCProvider", `"ClientIdList": ["x", "y"]`)},
			"? changed: Shop/O (AWS::IAM::OIDCProvider)" + cannot},
		{"groups where no route is behind IAM", noGuard, []string{group(queues)}, []string{group(calls)}, ""},
		{"the document of a boundary", iamGuard, []string{role, policy("P", ofEve, calls), managed(queues)},
			[]string{role, policy("P", ofEve, calls), managed(calls)},
			"? added: the managed policy Shop/B, which can be a boundary or that of other principals" + cannot},
		{"a container image that decides", ownGuard, own(`"Code": {"ImageUri": "r:1"}`), own(`"Code": {"ImageUri": "r:2"}`),
			code},
		{"another command of the same image", ownGuard, own(`"Code": {"ImageUri": "r:1"}, "ImageConfig": {"Command": ["a"]}`),
			own(`"Code": {"ImageUri": "r:1"}, "ImageConfig": {"Command": ["b"]}`), code},
		{"a version of an object of S3", ownGuard, own(`"Code": {"S3Bucket": "b", "S3Key": "k", "S3ObjectVersion": "1"}`),
			own(`"Code": {"S3Bucket": "b", "S3Key": "k", "S3ObjectVersion": "2"}`), code},
		{"the default of a parameter", ownGuard, append(variable(`{"Ref": "P"}`),
			`@"Parameters": {"P": {"Type": "String", "Default": "a"}}`),
			append(variable(`{"Ref": "P"}`), `@"Parameters": {"P": {"Type": "String", "Default": "b"}}`), function},
		{"a mapping", ownGuard, append(variable(`{"Fn::FindInMap": ["M", "a", "b"]}`),
			`@"Mappings": {"M": {"a": {"b": "1"}}}`),
			append(variable(`{"Fn::FindInMap": ["M", "a", "b"]}`), `@"Mappings": {"M": {"a": {"b": "2"}}}`), function},
		{"a condition", ownGuard, append(variable(`{"Fn::If": ["C", "a", "b"]}`),
			`@"Conditions": {"C": {"Fn::Equals": ["a", "b"]}}`),
			append(variable(`{"Fn::If": ["C", "a", "b"]}`), `@"Conditions": {"C": {"Fn::Equals": ["a", "a"]}}`), function},
		{"a stage variable that names a function of another app", ownGuard, []string{byStage,
			stage(`"Variables": {"f": "a"}`)},
			[]string{byStage, stage(`"Variables": {"f": "b"}`)},
			"? changed: the variables of stage prod, which an authorizer reads" + cannot},
		{"a stage variable in the event of a function", ownGuard, append(request, stage(`"Variables": {"mode": "strict"}`)),
			append(request, stage(`"Variables": {"mode": "open"}`)),
			"? changed: the variables of stage prod, which an authorizer reads" + cannot},
		{"a canary with another one", ownGuard, append(request, stage(`"Variables": {"mode": "strict"}`)),
			append(request,
				stage(`"Variables": {"mode": "strict"}, "CanarySetting": {"StageVariableOverrides": {"mode": "open"}}`)),
			"? added: the canary of stage prod, whose variables an authorizer reads" + cannot},
		{"an API key whose value the deployment gives", keyGuard, append(plan(`, "Value": {"Ref": "Q"}`), given),
			append(plan(`, "Value": {"Ref": "Q"}`), given, planKey(`{"Ref": "Plan"}`)), "+ API key Shop/K gained GET /"},
		{"an API key that the deployment may turn on", keyGuard,
			append(plan(`, "Enabled": false`), given, planKey(`{"Ref": "Plan"}`)),
			append(plan(`, "Enabled": {"Ref": "Q"}`), given, planKey(`{"Ref": "Plan"}`)), "+ API key Shop/K gained GET /"},
		{"a usage plan of another app", keyGuard, plan(""), append(plan(""), planKey(`"abc123"`)),
			"? added: API keys in usage plans that are not in the assembly" + cannot},
		{"a permission for another account by a URL", iamGuard, url,
			append(url,
				permission(`"Action": "lambda:InvokeFunctionUrl", "Principal": "210987654321", "FunctionUrlAuthType": "AWS_IAM"`)),
			"? a permission lets 210987654321" + past},
		{"a service that any account can use", iamGuard, nil, []string{permission(invoke + `"apigateway.amazonaws.com"`)},
			"? a permission lets apigateway.amazonaws.com for every account" + past},
		{"a service for one API", iamGuard, nil, []string{permission(invoke + `"apigateway.amazonaws.com", ` +
			`"SourceArn": {"Fn::Sub": "arn:aws:execute-api:us-east-1:123456789012:${Api}/*"}`)}, ""},
		{"a load balancer in front of a function", iamGuard, nil, []string{permission(invoke +
			`"elasticloadbalancing.amazonaws.com", ` +
			`"SourceArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/1"`)},
			"? a permission lets elasticloadbalancing.amazonaws.com from " +
				"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/1" + past},
		{"a permission that does not call", iamGuard, nil,
			[]string{permission(`"Action": "lambda:GetFunction", "Principal": "210987654321"`)}, ""},
		{"a call for an account that could read", iamGuard,
			[]string{permission(`"Action": "lambda:GetFunction", "Principal": "210987654321"`)},
			[]string{permission(invoke + `"210987654321"`)}, "? a permission lets 210987654321" + past},
		{"no organization", iamGuard, []string{permission(invoke + `"*", "PrincipalOrgID": "o-1"`)},
			[]string{permission(invoke + `"*"`)}, "? a permission lets every AWS account" + past},
		{"a permission for what the deployment says", iamGuard, nil, []string{given, permission(invoke + `{"Ref": "Q"}`)},
			"? added: the permission Shop/Perm of a function, which is not known in full" + cannot},
		{"a range in addition to an unresolved one", noGuard, []string{custom, api(allowed, from(""))},
			[]string{custom, api(allowed, from(`, "0.0.0.0/0"`))}, unreadPolicy},
		{"the same policy that does not resolve", noGuard, []string{custom, api(allowed, from(""))},
			[]string{custom, api(allowed, from("")), resource("Other", "SQS::Queue", "")}, ""},
		{"a scope of a group", poolGuard, pool(`"staff": ["o/read"]`), pool(`"staff": ["o/read", "o/write"]`),
			"? changed: the scopes of group staff of user pool Shop/Users" + cannot},
		{"another group", poolGuard, pool(`"staff": ["o/read"]`), pool(`"staff": ["o/read"], "ops": ["o/read"]`),
			"? added: the scopes of group ops of user pool Shop/Users" + cannot},
		{"a trigger of the app's own", poolGuard, trigger(`"Code": {"ZipFile": "1"}`), trigger(`"Code": {"ZipFile": "2"}`),
			"? changed: the trigger for tokens of user pool Shop/Users" + cannot},
		{"a preflight's header in lower case", noGuard, nil,
			[]string{preflight(`"method.response.header.access-control-allow-origin": "'https://x.example'"`, "")},
			"+ pages of https://x.example may read answers"},
		{"only a template that names a page", noGuard, nil, []string{preflight("", set+`\"https://x.example\")`)},
			"+ pages of https://x.example may read answers"},
		{"a template that answers with any origin", noGuard, nil,
			[]string{preflight("", set+`$input.params().header.get(\"Origin\"))`)},
			"? which pages may read answers is not known: a template answers with it, sha256.fb64d853"},
		{"an identity pool for everyone", iamGuard, []string{resource("Ids", "Cognito::IdentityPool",
			`"AllowUnauthenticatedIdentities": false`)},
			[]string{resource("Ids", "Cognito::IdentityPool", `"AllowUnauthenticatedIdentities": true`)},
			"? changed: Shop/Ids (AWS::Cognito::IdentityPool)" + cannot},
		{"an API key that the deployment may have a route ask for", noGuard, []string{given, withKey(`{"Ref": "Q"}`)},
			[]string{withKey("false")}, "? not known: Shop/Api GET /: unresolved: Shop/Get/Properties.ApiKeyRequired: " + noQ},
		{"scopes that the deployment gives", poolGuard, append(pool(""), given, scoped(`{"Ref": "Q"}`)), pool(""),
			"? not known: Shop/Api GET /: unresolved: Shop/Get/Properties.AuthorizationScopes[0]: " + noQ},
		{"scopes that the deployment gives now", poolGuard, append(pool(""), scoped(`"a"`)),
			append(pool(""), given, scoped(`{"Ref": "Q"}`)),
			"? not known: Shop/Api GET /: unresolved: Shop/Get/Properties.AuthorizationScopes[0]: " + noQ},
		{"a routing rule by a header", noGuard, []string{routed("ROUTING_RULE_ONLY")},
			[]string{routed("ROUTING_RULE_ONLY"),
				ruled(10, `{"MatchHeaders": {"AnyOf": [{"Header": "x-version", "ValueGlob": "v2"}]}}`)},
			"~ the domain a.example leads to the API now, by routing rule 10 for header x-version: v2"},
		{"a routing rule by a path", noGuard, []string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1},
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1,
				ruled(10, `{"MatchBasePaths": {"AnyOf": ["v2"]}}`)},
			"~ the domain a.example leads to the API now, by routing rule 10 for path /v2"},
		{"a routing rule that removes its path", noGuard,
			[]string{routed("ROUTING_RULE_ONLY"), ruled(10, `{"MatchBasePaths": {"AnyOf": ["v2"]}}`)},
			[]string{routed("ROUTING_RULE_ONLY"), strings.Replace(ruled(10, `{"MatchBasePaths": {"AnyOf": ["v2"]}}`),
				`"Stage": "prod"`, `"Stage": "prod", "StripBasePath": true`, 1)},
			"~ the domain a.example leads to the API now, by routing rule 10 for path /v2, which it removes\n" +
				"~ the domain a.example no longer leads to the API, by routing rule 10 for path /v2"},
		{"a routing rule in a mode without", noGuard, []string{routed("BASE_PATH_MAPPING_ONLY")},
			[]string{routed("BASE_PATH_MAPPING_ONLY"), ruled(10, "")}, ""},
		{"a mode with routing rules", noGuard, []string{routed("BASE_PATH_MAPPING_ONLY"), v1, ruled(10, "")},
			[]string{routed("ROUTING_RULE_ONLY"), v1, ruled(10, "")},
			"~ the domain a.example leads to the API now, by routing rule 10\n" +
				"~ the domain a.example/v1 no longer leads to the API"},
		{"a routing rule in front of all others and of mappings", noGuard,
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1, elsewhere(20)},
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1, elsewhere(20), ruled(10, "")},
			"~ the domain a.example leads to the API now, by routing rule 10"},
		{"a routing rule behind one for every request", noGuard, []string{routed("ROUTING_RULE_ONLY"), elsewhere(5)},
			[]string{routed("ROUTING_RULE_ONLY"), elsewhere(5), ruled(10, "")}, ""},
		{"the stage of a routing rule", noGuard, []string{routed("ROUTING_RULE_ONLY"), ruled(10, "")},
			[]string{routed("ROUTING_RULE_ONLY"), strings.Replace(ruled(10, ""), `"prod"`, `"beta"`, 1)},
			"~ the domain a.example leads to the stage beta now, by routing rule 10 (was prod)"},
		{"a routing rule that is the only way in", noGuard, []string{routed("ROUTING_RULE_ONLY"), closed},
			[]string{routed("ROUTING_RULE_ONLY"), closed, ruled(10, "")},
			"+ callers without a client certificate gained, by a custom domain\n" +
				"~ the domain a.example leads to the API now, by routing rule 10"},
		{"a routing rule gone that took requests of a closed API", noGuard,
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1, closed,
				elsewhereFor(5, `{"MatchBasePaths": {"AnyOf": ["v1/admin"]}}`)},
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1, closed},
			"? the domain a.example/v1 leads requests to the API that a routing rule for path /v1/admin took elsewhere, and " +
				"which routes they reach cannot be compared"},
		{"a routing rule gone that took requests of an open API", noGuard,
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1,
				elsewhereFor(5, `{"MatchBasePaths": {"AnyOf": ["v1/admin"]}}`)},
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1}, ""},
		{"another priority of a rule that takes requests of a closed API", noGuard,
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1, closed,
				elsewhereFor(5, `{"MatchBasePaths": {"AnyOf": ["v1/admin"]}}`)},
			[]string{routed("ROUTING_RULE_THEN_BASE_PATH_MAPPING"), v1, closed,
				elsewhereFor(6, `{"MatchBasePaths": {"AnyOf": ["v1/admin"]}}`)}, ""},
		{"a longer base path gone that took requests of a closed API", noGuard,
			[]string{routed("BASE_PATH_MAPPING_ONLY"), v1, closed, strings.NewReplacer(`"Map"`, `"Long"`, `"v1"`, `"v1/admin"`,
				`{"Ref": "Api"}`, `"a1b2c3"`).Replace(v1)},
			[]string{routed("BASE_PATH_MAPPING_ONLY"), v1, closed},
			"? the domain a.example/v1 leads requests to the API that the base path /v1/admin took elsewhere, " +
				"and which routes they reach cannot be compared"},
		{"a routing rule of a domain that is not in the assembly", noGuard, nil, []string{strings.Replace(ruled(10, ""),
			`{"Fn::GetAtt": ["Domain", "DomainNameArn"]}`, `"arn:aws:apigateway:us-east-1::/domainnames/b.example"`, 1)},
			"~ the domain b.example leads to the API now, by routing rule 10"},
		{"a routing rule that is not known in full", noGuard, []string{routed("ROUTING_RULE_ONLY"), ruled(10, "")},
			[]string{routed("ROUTING_RULE_ONLY"), ruled(10, `{"MatchBasePaths": {"AnyOf": [{"Fn::ImportValue": "p"}]}}`)},
			"? added: Shop/Rule (AWS::ApiGatewayV2::RoutingRule)" + cannot +
				"\n~ the domain a.example leads to the API now, by routing rule 10, which is not known in full" +
				"\n~ the domain a.example no longer leads to the API, by routing rule 10"},
		{"a routing rule", noGuard, nil, []string{resource("Rule", "ApiGatewayV2::RoutingRule",
			`"Actions": [{"InvokeApi": {"ApiId": {"Ref": "Api"}, "Stage": "prod"}}]`)},
			"? added: Shop/Rule (AWS::ApiGatewayV2::RoutingRule)" + cannot},
		{"a stage variable that no authorizer reads", iamGuard, []string{stage(`"Variables": {"f": "a"}`)},
			[]string{stage(`"Variables": {"f": "b"}`)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := matrixOfTemplate(t, tt.guard, tt.was...), matrixOfTemplate(t, tt.guard, tt.is...)
			if got := linesOf(Compare(was, is)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if got := linesOf(Compare(is, is)); got != "" && !strings.Contains(got, "not known") {
				t.Errorf("with itself:\n%s", got)
			}
		})
	}
}
